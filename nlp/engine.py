"""Which arithmetic tags, chosen from what the processor has.

Promise: `engine` gives a `PackedModel` where one is possible and None where the plain model is to be used (a GPU, an
encoder of another family, a processor without oneDNN). The choice hangs on the processor's features and the precision
asked for, never on a timing, so that two runs on one machine give the same tags.
"""

from __future__ import annotations

from typing import Any

import torch

from nlp.errors import NlpError
from nlp.packed import PackedModel

PRECISIONS = ("auto", "bf16", "fp32")


def bf16_is_fast() -> bool:
    """Whether this processor (or GPU) multiplies bf16 matrices in hardware."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


def choose(precision: str) -> str:
    """The arithmetic that a precision stands for here. Raises NlpError for a name that is none."""
    if precision not in PRECISIONS:
        raise NlpError(f'"{precision}" is not a precision; valid are {", ".join(PRECISIONS)}.')
    if precision != "auto":
        return precision
    return "bf16" if bf16_is_fast() else "fp32"


def fits(model: Any) -> bool:
    """Whether `PackedModel` knows this model: on a processor with oneDNN, and a BERT encoder of the usual kind."""
    config = model.config.encoder_config()
    return (
        torch.backends.mkldnn.is_available()
        and next(model.parameters()).device.type == "cpu"
        and config.model_type == "bert"
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", "absolute") == "absolute"
        and not config.is_decoder
    )


def engine(model: Any, precision: str) -> PackedModel | None:
    """The fast engine for a model in fp32; `precision` is one that `choose` gave."""
    if not fits(model) or (precision == "bf16" and not torch.ops.mkldnn._is_mkldnn_bf16_supported()):
        return None
    return PackedModel(model, torch.bfloat16 if precision == "bf16" else torch.float32)
