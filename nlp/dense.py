"""Dense layers for tagging on a processor: weights laid out once for oneDNN, and what follows fused into the product.

Promise: the same results as `nn.Linear` and what follows it, up to the arithmetic of `dtype` (fp32 or bf16).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Dense:
    """One dense layer, [tokens, in] -> [tokens, out]. `weight` [out, in], `bias` [out]."""

    def __init__(self, weight: Tensor, bias: Tensor, dtype: torch.dtype) -> None:
        # Laid out anew for every product, weights cost fp32 a fifth of its rate.
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight.detach().to(dtype), None)
        self.bias = bias.detach().to(dtype)

    @classmethod
    def of(cls, layer: torch.nn.Linear, dtype: torch.dtype) -> Dense:
        """The same layer, laid out."""
        return cls(layer.weight, layer.bias, dtype)

    def plain(self, x: Tensor) -> Tensor:
        """x W + b."""
        return torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, "none", [], "")

    def gelu(self, x: Tensor) -> Tensor:
        """gelu(x W + b), the exact GELU."""
        return torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, "gelu", [], "none")

    def add(self, x: Tensor, residual: Tensor) -> Tensor:
        """x W + b + residual."""
        return torch.ops.mkldnn._linear_pointwise.binary(x, residual, self.weight, self.bias, "add")


def queries_keys_values(block: Any, dtype: torch.dtype) -> Dense:
    """The three projections of a `BertSelfAttention` as one layer, the scale of attention put into the queries."""
    shrink = block.attention_head_size**-0.5
    weight = torch.cat([block.query.weight * shrink, block.key.weight, block.value.weight])
    return Dense(weight, torch.cat([block.query.bias * shrink, block.key.bias, block.value.bias]), dtype)
