"""The tagger: any Hugging Face encoder, read once an item, with four heads on top.

Promise: one encoder pass serves every sentence of the item (a sentence vector is an attention-weighted mean over the
tokens of its span, all of which have seen the whole item) and the item itself. Losses are masked: a target row that
sums to zero teaches nothing, so data that knows only a sentiment, or only the item's, trains beside full labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.configuration_utils import PreTrainedConfig
from transformers.utils.generic import ModelOutput

HEADS = ("sentence_moment", "sentence_sentiment", "item_moment", "item_sentiment")
POSITION_FEATURES = 4


class MomentConfig(PreTrainedConfig):
    """What is needed to build and use a tagger; the encoder's own configuration is nested as a plain mapping."""

    model_type = "momentscope"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        labels: list[str] | None = None,
        sentiments: list[str] | None = None,
        head_dropout: float = 0.1,
        label_smoothing: float = 0.0,
        class_weights: dict[str, list[float]] | None = None,
        temperatures: dict[str, float] | None = None,
        kind_temperatures: dict[str, dict[str, float]] | None = None,
        unsure_below: float = 0.4,
        max_tokens: int = 320,
        sentences_share: float = 0.0,
        languages: list[str] | None = None,
        name: str = "mot-minilm-1",
        base: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {}
        self.labels = labels or []
        self.sentiments = sentiments or []
        self.head_dropout = head_dropout
        self.label_smoothing = label_smoothing
        self.class_weights = class_weights or {}
        self.temperatures = temperatures or dict.fromkeys(HEADS, 1.0)
        # {kind of item: {head: temperature}}; other kinds have that of all items.
        self.kind_temperatures = kind_temperatures or {}
        self.unsure_below = unsure_below
        self.max_tokens = max_tokens
        # How much its sentences say, beside its own head, of an item's moment (`nlp.predict.merge`).
        self.sentences_share = sentences_share
        self.languages = languages or ["en"]
        self.name = name
        self.base = base
        super().__init__(**kwargs)

    def encoder_config(self) -> PreTrainedConfig:
        """The nested encoder configuration as the class that transformers has for it."""
        values = dict(self.encoder)
        return AutoConfig.for_model(values.pop("model_type"), **values)


@dataclass
class MomentOutput(ModelOutput):
    """Logits: sentence heads [batch, sentences, classes], item heads [batch, classes]; the loss when targets came."""

    loss: Tensor | None = None
    sentence_moment: Tensor | None = None
    sentence_sentiment: Tensor | None = None
    item_moment: Tensor | None = None
    item_sentiment: Tensor | None = None


class SpanPooling(nn.Module):
    """Attention-weighted mean over the tokens of each span; starts as the plain mean (its scores start at zero)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.score = nn.Linear(size, 1)

    def forward(self, hidden: Tensor, inside: Tensor) -> Tensor:
        """hidden [batch, tokens, size], inside [batch, spans, tokens] bool -> [batch, spans, size]."""
        score = self.score(hidden).squeeze(-1).unsqueeze(1).expand(-1, inside.shape[1], -1)
        weights = score.masked_fill(~inside, torch.finfo(score.dtype).min).softmax(-1)
        return weights @ hidden


class Head(nn.Module):
    """Dropout, one hidden layer, and a linear layer to the classes of one task."""

    def __init__(self, features: int, hidden: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.dense = nn.Linear(features, hidden)
        self.out = nn.Linear(hidden, classes)

    def forward(self, features: Tensor) -> Tensor:
        return self.out(self.drop(nn.functional.gelu(self.dense(self.drop(features)))))


class MomentModel(PreTrainedModel):
    """Sentence and item heads over one encoder pass. See `MomentOutput` for shapes."""

    config_class = MomentConfig
    base_model_prefix = "encoder"
    _supports_sdpa = True
    # A faster way to the same logits (`nlp.engine`), set where a model is loaded to tag and never in training.
    engine: Any = None

    def __init__(self, config: MomentConfig) -> None:
        super().__init__(config)
        encoder_config = config.encoder_config()
        options = {"add_pooling_layer": False} if encoder_config.model_type in _POOLED else {}
        self.encoder = AutoModel.from_config(encoder_config, **options)
        size = int(encoder_config.hidden_size)
        moments, sentiments = len(config.labels), len(config.sentiments)
        self.pool = SpanPooling(size)
        self.item_pool = SpanPooling(2 * size)
        wide = 2 * size + POSITION_FEATURES
        self.sentence_moment = Head(wide, size, moments, config.head_dropout)
        self.sentence_sentiment = Head(wide, size, sentiments, config.head_dropout)
        self.item_moment = Head(4 * size, size, moments, config.head_dropout)
        self.item_sentiment = Head(4 * size, size, sentiments, config.head_dropout)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, SpanPooling):
            nn.init.zeros_(module.score.weight)
            nn.init.zeros_(module.score.bias)
        elif isinstance(module, Head):
            for layer in (module.dense, module.out):
                nn.init.normal_(layer.weight, std=0.02)
                nn.init.zeros_(layer.bias)

    def get_input_embeddings(self) -> nn.Module:
        return self.encoder.get_input_embeddings()

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        spans: Tensor,
        positions: Tensor,
        targets: dict[str, Tensor] | None = None,
        **_: Any,
    ) -> MomentOutput:
        """Logits of the four heads.

        `spans` [batch, sentences, 2]: half-open token ranges; an empty range reads the first (whole-text) token, a
        negative start is padding. `positions` [batch, sentences, 4]: where in its item a sentence stands.
        `targets`: for each head the class distribution wanted (rows of zeros: unknown).
        """
        # A batch of equal lengths needs no mask, and attention without one is a third faster on processors.
        mask = None if bool(attention_mask.all()) else attention_mask
        hidden = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        # Heads are a sliver of the work and profit from full precision, so only the encoder runs in bf16.
        hidden = hidden.to(self.pool.score.weight.dtype)
        inside, real = self._token_masks(input_ids.shape[1], spans)
        sentence = self.pool(hidden, inside)
        whole = self.pool(hidden, attention_mask.bool().unsqueeze(1))
        sentence_features = torch.cat([sentence, whole.expand_as(sentence), positions.to(sentence.dtype)], -1)
        context = torch.cat([sentence, whole.expand_as(sentence)], -1)
        summary = self.item_pool(context, real.unsqueeze(1)).squeeze(1)
        item_features = torch.cat([summary, hidden[:, 0], whole.squeeze(1)], -1)
        output = MomentOutput(
            sentence_moment=self.sentence_moment(sentence_features),
            sentence_sentiment=self.sentence_sentiment(sentence_features),
            item_moment=self.item_moment(item_features),
            item_sentiment=self.item_sentiment(item_features),
        )
        if targets is not None:
            output.loss = self.loss(output, targets)
        return output

    @staticmethod
    def _token_masks(tokens: int, spans: Tensor) -> tuple[Tensor, Tensor]:
        start, end = spans[..., :1], spans[..., 1:]
        place = torch.arange(tokens, device=spans.device)
        inside = (place >= start) & (place < end)
        inside[..., 0] |= (end <= start).squeeze(-1) | (start < 0).squeeze(-1)
        real = spans[..., 0] >= 0
        real[:, 0] = True  # an item without sentences still needs one row to pool
        return inside, real

    def loss(self, output: MomentOutput, targets: dict[str, Tensor]) -> Tensor:
        """Sum over the heads of the masked, class-weighted cross-entropy against target distributions.

        The sum of a row is its weight, so a corpus that is trusted less has rows that sum to less than one.
        """
        total = output.item_moment.new_zeros(())  # type: ignore[union-attr]
        for head in HEADS:
            target = targets[head].to(total.dtype)
            logits = output[head].float()
            mass = target.sum(-1, keepdim=True)
            smooth = self.config.label_smoothing
            aim = target * (1 - smooth) + mass * smooth / target.shape[-1]
            weights = self.config.class_weights.get(head)
            if weights is not None:
                aim = aim * torch.tensor(weights, device=aim.device)
            rows = -(aim * logits.log_softmax(-1)).sum()
            total = total + rows / mass.sum().clamp(min=1.0)
        return total


_POOLED = {"bert", "roberta", "xlm-roberta", "mpnet", "camembert", "electra_with_pooler"}
