"""The model card (README.md beside the weights), written by the training run itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_card(
    folder: Path, config: Any, figures: dict[str, float], sources: dict[str, str], details: dict[str, Any]
) -> None:
    """Write README.md: what the model is, its data with hashes, seed and options, validation figures, limits."""
    lines = []
    for head in ("sentence_moment", "sentence_sentiment", "item_moment", "item_sentiment"):
        if f"{head}_f1" in figures:
            f1, accuracy, ece = (f"{figures[f'{head}_{name}']:.3f}" for name in ("f1", "accuracy", "ece"))
            lines.append(f"| {head} | {figures[f'{head}_rows']} | {f1} | {accuracy} | {ece} |")
    rows = "\n".join(lines)
    files = "\n".join(f"- `{name}`, SHA-256 `{digest[:16]}…`" for name, digest in sources.items())
    items = f"{details['rows']} training items. " if "rows" in details else ""
    base = config.base or {}
    (folder / "README.md").write_text(
        f"""---
license: apache-2.0
base_model: {base.get("hub", "none")}
pipeline_tag: text-classification
language: {json.dumps(config.languages)}
---
# {config.name}

Tags every sentence of a review, post, question, comment or video title with a moment of truth
({", ".join(config.labels)}) and a sentiment ({", ".join(config.sentiments)}), and the item as a whole with both.

## Data

{files}

{items}**The labels were given by language models** that followed a written guideline; no
person has checked them. Sentiment corpora, where used, carry their own labels.

## Validation

A tenth of the labelled items, chosen by a hash of their id, never trained on; used for early stopping and temperatures.

| head | rows | macro-F1 | accuracy | calibration error |
| --- | --- | --- | --- | --- |
{rows}

Figures on the test set, with intervals and baselines: `docs/scores.md` of the project. Options of the run:

```json
{json.dumps(details.get("options", {}), indent=1)}
```

## Limits

Trained on texts in these languages only: {", ".join(config.languages)}. Others are marked `unsupported` when tagging.
Sarcasm, sentences about two moments, and the rare moments (trigger, encounter, purchase, wait) are where it errs most.
It knows consumer products and services; news, politics and private talk should come out as `none` but do not always.
Do not use it to judge persons.
""",
        encoding="utf-8",
    )
