"""Training a tagger: `mot train`.

Promise: one call goes from label files to a folder that `load_model` reads: weights, configuration with fitted
temperatures, and a model card that names data, hashes, seeds and scores. The validation split is a fixed tenth of the
labelled items (by a hash of their id); the test file is never read here.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_pt_utils import LengthGroupedSampler

from nlp.base import DEFAULT_BASE, load_model, new_model, save_model, sha256
from nlp.calibrate import fit_kinds, fit_temperature
from nlp.card import write_card
from nlp.data import Collator, Example, ExampleDataset, class_weights, read_labels, read_sentiment, read_soft, split
from nlp.model import HEADS, MomentModel
from nlp.predict import Scores, bf16_is_fast, predict


@dataclass
class TrainOptions:
    """Everything that a run depends on; the defaults are those of the shipped weights (see EXPERIMENTS.md)."""

    epochs: float = 4
    learning_rate: float = 2e-4
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup: float = 0.06
    batch_size: int = 32
    seed: int = 0
    max_tokens: int = 320
    imbalance: float = 0.3
    label_smoothing: float = 0.05
    head_dropout: float = 0.1
    r_drop: float = 0.0
    patience: int = 3
    average_last: int = 0
    train_embeddings: bool = False
    freeze_layers: int = 0
    report_to: str = "none"
    validation_share: float = 0.1
    name: str = "mot-minilm-1"
    languages: tuple[str, ...] = ("en",)
    base: dict[str, Any] = field(default_factory=lambda: dict(DEFAULT_BASE))


class MomentTrainer(Trainer):
    """The Hugging Face Trainer with layer-wise learning rates, R-Drop, and evaluation by macro-F1 of every head."""

    options: TrainOptions
    validation: Sequence[Example]

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            groups = parameter_groups(self.model, self.options)
            self.optimizer = torch.optim.AdamW(groups, lr=self.options.learning_rate, fused=True)
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> torch.utils.data.Sampler[int]:
        dataset: Any = train_dataset if train_dataset is not None else self.train_dataset
        generator = torch.Generator()
        generator.manual_seed(self.options.seed)
        return LengthGroupedSampler(self.args.train_batch_size, lengths=dataset.lengths(), generator=generator)

    def compute_loss(
        self, model: nn.Module, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        output = self.forward(model, inputs)
        loss = output.loss
        if self.options.r_drop and model.training:
            other = self.forward(model, inputs)
            loss = (loss + other.loss) / 2 + self.options.r_drop * divergence(output, other, inputs["targets"])
        return (loss, output) if return_outputs else loss

    def forward(self, model: nn.Module, inputs: dict[str, Any]) -> Any:
        """The model's output; on a processor that multiplies bf16 fast, with the whole encoder in bf16.

        Autocast keeps normalisations, softmax and the sums between layers in fp32 and casts around each of them, which
        takes a sixth of a step on a processor. The weights that are learnt stay fp32: gradients pass the cast.
        """
        if torch.cuda.is_available() or not bf16_is_fast():
            return model(**inputs)
        half = {n: p.to(torch.bfloat16) for n, p in model.named_parameters() if n.startswith("encoder.")}
        return torch.func.functional_call(model, half, kwargs=inputs)

    def evaluate(self, eval_dataset: Any = None, ignore_keys: Any = None, metric_key_prefix: str = "eval") -> Any:
        scores = predict(self.model, self.processing_class, self.validation, self.options.max_tokens, mixed=True)
        metrics = {f"{metric_key_prefix}_{k}": v for k, v in scores.summary().items()}
        metrics[f"{metric_key_prefix}_mean"] = sum(scores.summary().values()) / len(HEADS)
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


class AverageWeights(TrainerCallback):
    """Mean of the weights at the ends of the last epochs (stochastic weight averaging, Izmailov et al. 2018)."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.kept: list[dict[str, torch.Tensor]] = []

    def on_epoch_end(self, args: Any, state: Any, control: Any, model: nn.Module | None = None, **_: Any) -> None:
        if model is not None and self.count:
            snapshot = {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}
            self.kept = [*self.kept, snapshot][-self.count :]

    def apply(self, model: nn.Module) -> None:
        """Put the mean into the model."""
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if self.kept and name in self.kept[0]:
                    parameter.copy_(torch.stack([k[name] for k in self.kept]).mean(0))


def parameter_groups(model: Any, options: TrainOptions) -> list[dict[str, Any]]:
    """Parameters with the learning rate of their depth (lower layers change less) and no decay on vectors."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    depth = int(getattr(model.config.encoder_config(), "num_hidden_layers", 0))
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        layer = depth + 1
        if name.startswith("encoder."):
            found = [int(part) for part in name.split(".") if part.isdigit()]
            layer = found[0] + 1 if found else (0 if "embeddings" in name else depth)
        rate = options.learning_rate * options.layer_decay ** (depth + 1 - layer)
        decay = options.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": p, "lr": rate, "weight_decay": decay} for (rate, decay), p in groups.items()]


class LockedDropout(nn.Module):
    """Dropout with one mask for all tokens of a sequence (Gal and Ghahramani 2016).

    Drawing a random number for every activation takes a third of a training step on a processor; this takes none of it.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.p = rate  # attention layers of transformers read this name

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.p:
            return hidden
        shape = (hidden.shape[0], 1, hidden.shape[-1]) if hidden.ndim == 3 else hidden.shape
        keep = torch.empty(shape, dtype=hidden.dtype, device=hidden.device).bernoulli_(1 - self.p)
        return hidden * keep.div_(1 - self.p)


def lock_dropout(encoder: nn.Module) -> None:
    """Replace the encoder's dropouts by locked ones and switch off dropout of attention weights."""
    for parent in encoder.modules():
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Dropout):
                attention = "self" in type(parent).__name__.lower()
                setattr(parent, name, LockedDropout(0.0 if attention else child.p))
        if isinstance(getattr(parent, "attention_dropout", None), float):
            object.__setattr__(parent, "attention_dropout", 0.0)


def divergence(one: Any, other: Any, targets: dict[str, torch.Tensor]) -> torch.Tensor:
    """Symmetric KL between two passes with different dropout, on rows with targets (R-Drop, Liang et al. 2021)."""
    total: Any = 0.0
    for head in HEADS:
        known = targets[head].sum(-1) > 0
        p, q = one[head].float()[known].log_softmax(-1), other[head].float()[known].log_softmax(-1)
        if len(p):
            total = total + ((p.exp() - q.exp()) * (p - q)).sum(-1).mean() / 2
    return total


def train(
    labels: Path,
    output: Path,
    options: TrainOptions | None = None,
    *,
    sentiment: Sequence[tuple[Path, int, float]] = (),
    soft: Sequence[tuple[Path, float]] = (),
    more: Sequence[Path] = (),
    corpora: Path | None = None,
    init: Path | None = None,
) -> dict[str, float]:
    """Train on a label file and write the model to `output`; returns validation figures.

    `more`: further label files, none of whose items is held out; their texts may lie in `corpora` (see `read_labels`).
    `sentiment`: corpora with three-way sentiment as (file, rows at most, weight). `soft`: files of soft labels with
    their weight. `init`: a model folder to start from instead of the bare base encoder. Raises NlpError for bad files.
    """
    options = options or TrainOptions()
    labelled, validation = split(read_labels(labels), options.validation_share)
    held_out = {e.text for e in validation}
    for path in more:
        labelled += [e for e in read_labels(path, corpora) if e.text not in held_out]
    examples = list(labelled)
    for path, limit, weight in sentiment:
        examples += [e for e in read_sentiment(path, limit, options.seed, weight) if e.text not in held_out]
    for path, weight in soft:
        examples += [e for e in read_soft(path, weight, corpora) if e.text not in held_out]
    files = [labels, *more, *(s[0] for s in sentiment), *(s[0] for s in soft)]
    return fit(
        examples,
        validation,
        output,
        options,
        labelled=labelled,
        init=init,
        sources={str(path.name): sha256(path) for path in files},
    )


def fit(
    examples: Sequence[Example],
    validation: Sequence[Example],
    output: Path,
    options: TrainOptions,
    *,
    labelled: Sequence[Example],
    init: Path | None = None,
    sources: dict[str, str] | None = None,
) -> dict[str, float]:
    """Train on examples of any kind; class weights come from `labelled`, temperatures from `validation`."""
    started = time.time()
    torch.manual_seed(options.seed)
    model, tokenizer = load_model(init) if init else new_model(options.base, name=options.name)
    positions = getattr(model.config.encoder_config(), "max_position_embeddings", options.max_tokens + 2)
    options = replace(options, max_tokens=min(options.max_tokens, positions - 2))
    model.config.update(
        {
            "max_tokens": options.max_tokens,
            "class_weights": class_weights(labelled, options.imbalance) if options.imbalance else {},
            "label_smoothing": options.label_smoothing,
            "name": options.name,
            "languages": list(options.languages),
        }
    )
    model.get_input_embeddings().requires_grad_(options.train_embeddings)
    for name, parameter in model.encoder.named_parameters():
        depth = next((int(part) for part in name.split(".") if part.isdigit()), None)
        if options.freeze_layers and (depth is None or depth < options.freeze_layers):
            parameter.requires_grad_(False)
    lock_dropout(model.encoder)
    if not torch.cuda.is_available():
        # On processors the backward pass of the fused attention is many times slower than plain matrix products.
        model.encoder.set_attn_implementation("eager")
    average = AverageWeights(options.average_last)
    trainer = MomentTrainer(
        model=model,
        args=_arguments(output, options),
        train_dataset=ExampleDataset(examples, tokenizer, options.max_tokens, vary_kind=True, seed=options.seed),
        eval_dataset=ExampleDataset(validation[:1], tokenizer, options.max_tokens),
        data_collator=Collator(tokenizer.pad_token_id),
        processing_class=tokenizer,
        callbacks=[average, Progress(), *([] if options.average_last else [EarlyStoppingCallback(options.patience)])],
    )
    trainer.options = options
    trainer.validation = validation
    trainer.train()
    average.apply(model)
    shutil.rmtree(output / "checkpoints", ignore_errors=True)
    model.eval()
    scores = predict(model, tokenizer, validation, options.max_tokens, mixed=True)
    figures = finish(model, tokenizer, output, scores, options)
    details = {"rows": len(examples), "options": asdict(options) | {"seconds": round(time.time() - started)}}
    write_card(output, model.config, figures, sources or {}, details)
    return figures


def finish(model: MomentModel, tokenizer: Any, output: Path, scores: Scores, options: TrainOptions) -> dict[str, float]:
    """Fit temperatures, save the model without training-only settings, and return the validation figures."""
    rows = {head: (scores.logits[head], scores.truth[head]) for head in HEADS}
    smooth = options.label_smoothing
    temperatures = {head: fit_temperature(*rows[head], smoothing=smooth) for head in HEADS}
    by_head = {head: fit_kinds(*rows[head], scores.kinds_of(head), temperatures[head], smooth) for head in HEADS}
    kinds = {
        kind: {head: found[kind] for head, found in by_head.items() if kind in found}
        for kind in sorted(set().union(*by_head.values()))
    }
    model.config.update({"temperatures": temperatures, "kind_temperatures": kinds})
    model.config.update({"class_weights": {}, "label_smoothing": smooth})
    save_model(model, output, tokenizer if model.config.base is None else None)
    fitted = replace(scores, temperatures=temperatures, kind_temperatures=kinds, label_smoothing=smooth)
    figures = fitted.full_summary()
    (output / "validation.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


class Progress(TrainerCallback):
    """One line a log entry on standard output, so that a run in the background can be followed."""

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        shown = " ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in (logs or {}).items())
        print(f"{time.strftime('%H:%M:%S')} step {state.global_step}/{state.max_steps} {shown}", flush=True)


def _arguments(output: Path, options: TrainOptions) -> TrainingArguments:
    best = not options.average_last
    return TrainingArguments(
        output_dir=str(output / "checkpoints"),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        warmup_steps=options.warmup,
        lr_scheduler_type="linear",
        bf16=torch.cuda.is_available() and bf16_is_fast(),
        use_cpu=not torch.cuda.is_available(),
        seed=options.seed,
        eval_strategy="epoch",
        save_strategy="epoch" if best else "no",
        save_total_limit=1,
        save_only_model=True,
        load_best_model_at_end=best,
        metric_for_best_model="eval_mean",
        greater_is_better=True,
        logging_steps=50,
        report_to=options.report_to,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        disable_tqdm=True,
    )
