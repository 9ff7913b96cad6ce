"""What a model must beat: always the commonest class, TF-IDF with logistic regression, VADER.

Promise: each returns predicted class indices for the test rows and sees nothing of the test set but its texts.
Needs the `train` extra (scikit-learn, vaderSentiment).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.data import Example
from nlp.errors import NlpError
from nlp.model import HEADS


def rows_of(examples: Sequence[Example], head: str) -> tuple[list[str], np.ndarray]:
    """(texts, class indices) of every row whose class is known: sentences, or whole items."""
    texts, truth = [], []
    for example in examples:
        pieces = [example.text[a:b] for a, b in example.spans] if head.startswith("sentence") else [example.text]
        for piece, row in zip(pieces, example.targets[head], strict=True):
            if row.sum() > 0:
                texts.append(piece)
                truth.append(int(row.argmax()))
    return texts, np.array(truth, dtype=int)


def majority(train: Sequence[Example], test: Sequence[Example], head: str) -> np.ndarray:
    """The commonest training class, for every row."""
    _, truth = rows_of(train, head)
    texts, _ = rows_of(test, head)
    return np.full(len(texts), np.bincount(truth).argmax())


def tfidf(train: Sequence[Example], test: Sequence[Example], head: str) -> np.ndarray:
    """TF-IDF of word one- and two-grams with class-balanced logistic regression, a sentence by itself."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
    except ImportError:
        raise NlpError("The TF-IDF baseline needs scikit-learn; install momentscope[train].") from None
    texts, truth = rows_of(train, head)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(max_iter=300, C=4.0, class_weight="balanced"),
    )
    model.fit(texts, truth)
    return np.asarray(model.predict(rows_of(test, head)[0]))


def vader(test: Sequence[Example], head: str) -> np.ndarray | None:
    """VADER's three-way sentiment by its own thresholds (Hutto and Gilbert 2014); None for moments."""
    if head not in ("sentence_sentiment", "item_sentiment"):
        return None
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        raise NlpError("The VADER baseline needs vaderSentiment; install momentscope[train].") from None
    analyzer = SentimentIntensityAnalyzer()
    scores = np.array([analyzer.polarity_scores(text)["compound"] for text in rows_of(test, head)[0]])
    return np.where(scores >= 0.05, 2, np.where(scores <= -0.05, 0, 1))


def all_baselines(train: Sequence[Example], test: Sequence[Example]) -> dict[str, dict[str, np.ndarray]]:
    """Predictions by baseline and head."""
    found: dict[str, dict[str, np.ndarray]] = {"majority": {}, "tf-idf": {}, "vader": {}}
    for head in HEADS:
        found["majority"][head] = majority(train, test, head)
        found["tf-idf"][head] = tfidf(train, test, head)
        if (scores := vader(test, head)) is not None:
            found["vader"][head] = scores
    return found
