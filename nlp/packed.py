"""The tagger's forward pass on a processor, over windows laid end to end: no padding and no mask anywhere.

Promise: the same logits as `MomentModel.forward` up to the arithmetic chosen. Dense layers see one matrix [tokens,
size]; attention runs over groups of windows of equal length; spans are pooled by summing rows (`embedding_bag`).
The idea of laying sequences end to end is that of ByteTransformer (Zhai et al. 2023). Only BERT encoders with absolute
positions and GELU are known here; others take the plain path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nlp.dense import Dense, queries_keys_values
from nlp.encode import Window, positions
from nlp.model import POSITION_FEATURES

# Scores of attention that are worked on at once: they should stay in the second-level cache.
_SCORES = 400_000
# Rows shorter than this are too short for the softmax kernel's vectors.
_SHORT = 48
_EXPONENT = 80.0
# With AMX the fused attention kernel multiplies bf16 tiles and is twice as fast as plain products on longer rows.
_FUSED_IS_FAST = torch.cpu._is_amx_tile_supported()


@dataclass(frozen=True)
class Packed:
    """Windows laid end to end, longest first, and where their parts lie.

    `ids`, `places` [tokens]: token, and its position in its window. `groups`: (first token, windows, length of each).
    `starts` [windows]. `inside`, `inside_starts`: the tokens of every sentence one after another, and where in that
    list each sentence begins. `owner` [sentences]: their window; `features` [sentences, 4]; `sentence_starts`
    [windows]: the first sentence of each (a window without sentences has a stand-in that reads its first token).
    """

    ids: Tensor
    places: Tensor
    groups: list[tuple[int, int, int]]
    starts: Tensor
    inside: Tensor
    inside_starts: Tensor
    owner: Tensor
    features: Tensor
    sentence_starts: Tensor

    @classmethod
    def of(cls, windows: Sequence[Window]) -> Packed:
        """Lay windows of falling length end to end."""
        lengths = np.array([len(w.ids) for w in windows])
        starts = _starts(lengths)
        counts = np.array([max(len(w.spans), 1) for w in windows])
        owner = np.repeat(np.arange(len(windows)), counts)
        spans = np.array([s for w in windows for s in (w.spans or [(0, 0)])]).reshape(-1, 2)
        # An empty span reads the window's first token.
        spans[:, 1] = np.where(spans[:, 1] > spans[:, 0], spans[:, 1], 1)
        spans[:, 0] = np.minimum(spans[:, 0], spans[:, 1] - 1)
        widths = spans[:, 1] - spans[:, 0]
        inside_starts = _starts(widths)
        inside = np.repeat(starts[owner] + spans[:, 0] - inside_starts, widths) + np.arange(widths.sum())
        blank = np.zeros((1, POSITION_FEATURES), np.float32)
        features = np.concatenate([positions(w.sentences, w.total) if w.spans else blank for w in windows])
        groups, first = [], 0
        for length, count in zip(*_runs(lengths), strict=True):
            groups.append((first, count, length))
            first += count * length
        arrays = (
            np.concatenate([w.ids for w in windows]),
            np.arange(lengths.sum()) - np.repeat(starts, lengths),
            starts, inside, inside_starts, owner, features, _starts(counts),
        )  # fmt: skip
        ids, places, *others = (torch.from_numpy(a) for a in arrays)
        return cls(ids, places, groups, *others)


def _starts(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)[:-1]])


def _runs(values: np.ndarray) -> tuple[list[int], list[int]]:
    """(value, how often) of each run of equal values."""
    edges = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    return values[edges].tolist(), np.diff(edges, append=len(values)).tolist()


def attention(qkv: Tensor, groups: Sequence[tuple[int, int, int]], heads: int) -> Tensor:
    """Self-attention within each window: [tokens, 3 size] -> [tokens, size]. Queries are scaled already.

    In bf16 without AMX two plain products and a softmax beat the fused kernel, which is slow for heads of 32 numbers;
    for short windows they do so everywhere.
    """
    size = qkv.shape[1] // 3
    width = size // heads
    context = torch.empty(len(qkv), size, dtype=qkv.dtype)
    for first, count, length in groups:
        rows = slice(first, first + count * length)
        parts = qkv[rows].view(count, length, 3, heads, width).permute(2, 0, 3, 1, 4)
        into = context[rows].view(count, length, heads, width).transpose(1, 2)
        if qkv.dtype == torch.float32 or (_FUSED_IS_FAST and length >= _SHORT):
            query, key, value = parts
            into.copy_(functional.scaled_dot_product_attention(query, key, value, scale=1.0))
            continue
        step = max(_SCORES // (heads * length * length), 1)
        query, key, value = parts.reshape(3, count, heads, length, width)
        for at in range(0, count, step):
            cut = slice(at, at + step)
            _attend(query[cut].flatten(0, 1), key[cut].flatten(0, 1), value[cut].flatten(0, 1), into[cut])
    return context


def _attend(query: Tensor, key: Tensor, value: Tensor, into: Tensor) -> None:
    """query, key, value [windows * heads, length, width] -> into [windows, heads, length, width]."""
    scores = torch.bmm(query, key.transpose(1, 2))
    if scores.shape[-1] < _SHORT:
        # Softmax without the maximum is safe within these bounds, and runs over all rows as one vector.
        weights = scores.clamp_(-_EXPONENT, _EXPONENT).exp_()
        total = weights.sum(-1, keepdim=True)
        torch.div(torch.bmm(weights, value).view(into.shape), total.view(*into.shape[:-1], 1), out=into)
    else:
        into.copy_(torch.bmm(scores.softmax(-1), value).view(into.shape))


class PackedLayer:
    """One layer of a BERT encoder."""

    def __init__(self, layer: Any, dtype: torch.dtype) -> None:
        self.heads = layer.attention.self.num_attention_heads
        self.qkv = queries_keys_values(layer.attention.self, dtype)
        self.out = Dense.of(layer.attention.output.dense, dtype)
        self.up, self.down = Dense.of(layer.intermediate.dense, dtype), Dense.of(layer.output.dense, dtype)
        self.norms = [_Norm(part.LayerNorm, dtype) for part in (layer.attention.output, layer.output)]

    def __call__(self, x: Tensor, groups: Sequence[tuple[int, int, int]]) -> Tensor:
        """[tokens, size] -> [tokens, size]."""
        x = self.norms[0](self.out.add(attention(self.qkv.plain(x), groups, self.heads), x))
        return self.norms[1](self.down.add(self.up.gelu(x), x))


class _Norm:
    def __init__(self, norm: torch.nn.LayerNorm, dtype: torch.dtype) -> None:
        self.shape, self.eps = norm.normalized_shape, norm.eps
        self.weight, self.bias = norm.weight.to(dtype), norm.bias.to(dtype)

    def __call__(self, x: Tensor) -> Tensor:
        return functional.layer_norm(x, self.shape, self.weight, self.bias, self.eps)


class PackedModel:
    """A `MomentModel` over a BERT encoder, ready to tag; the encoder works in `dtype`, the heads in fp32."""

    @torch.no_grad()
    def __init__(self, model: Any, dtype: torch.dtype) -> None:
        self.model, self.dtype = model, dtype
        table = model.encoder.embeddings
        self.words = table.word_embeddings.weight
        # Every token is of the first type, so its vector is added to the positions once.
        self.places = table.position_embeddings.weight + table.token_type_embeddings.weight[0]
        self.norm = _Norm(table.LayerNorm, torch.float32)
        self.layers = [PackedLayer(layer, dtype) for layer in model.encoder.encoder.layer]

    def encode(self, packed: Packed) -> Tensor:
        """Last hidden state [tokens, size] in fp32."""
        x = functional.embedding(packed.ids, self.words).add_(functional.embedding(packed.places, self.places))
        x = self.norm(x).to(self.dtype)
        for layer in self.layers:
            x = layer(x, packed.groups)
        return x.float()

    def __call__(self, packed: Packed) -> dict[str, Tensor]:
        """Logits by head: sentence heads [sentences, classes], item heads [windows, classes]."""
        hidden = self.encode(packed)
        model = self.model
        score = functional.linear(hidden, model.pool.score.weight, model.pool.score.bias).squeeze(1)
        sentence = _pool(hidden, score, packed.inside, packed.inside_starts)
        whole = _pool(hidden, score, torch.arange(len(hidden)), packed.starts)
        context = torch.cat([sentence, whole[packed.owner]], 1)
        score = functional.linear(context, model.item_pool.score.weight, model.item_pool.score.bias).squeeze(1)
        summary = _pool(context, score, torch.arange(len(context)), packed.sentence_starts)
        features = torch.cat([context, packed.features], 1)
        item = torch.cat([summary, hidden[packed.starts], whole], 1)
        return {
            "sentence_moment": model.sentence_moment(features),
            "sentence_sentiment": model.sentence_sentiment(features),
            "item_moment": model.item_moment(item),
            "item_sentiment": model.item_sentiment(item),
        }


def _pool(rows: Tensor, score: Tensor, chosen: Tensor, starts: Tensor) -> Tensor:
    """Mean of `rows` [rows, size] over each bag of `chosen`, weighted by the softmax of `score` within the bag.

    A bag reaches from its start to the next one's. Returns [bags, size].
    """
    sizes = torch.diff(starts, append=torch.tensor([len(chosen)]))
    bag = torch.repeat_interleave(torch.arange(len(starts)), sizes)
    score = score[chosen]
    top = torch.zeros(len(starts)).scatter_reduce_(0, bag, score, "amax", include_self=False)
    weight = (score - top[bag]).exp_()
    weight /= torch.zeros(len(starts)).index_add_(0, bag, weight)[bag]
    return functional.embedding_bag(chosen, rows, starts, mode="sum", per_sample_weights=weight)
