"""An entry to begin with: a commented ``likelihood.toml`` of a form, with the tables that it names."""

from pathlib import Path

from alpfit.errors import ConfigurationError, one_of
from alpfit.likelihoods.entry import ENTRY
from alpfit.likelihoods.forms import FORMS
from alpfit.likelihoods.forms.base import LimitForm

FOLDER = Path(__file__).with_name("templates")
"""Begin and end of every entry, and a folder of each form: its ``data.toml``, and tables."""

HOW_A_LIMIT_WAS_SET = 'method = "unknown"               # or CLs, Bayesian, Feldman-Cousins, one-sided\n'


def write_template(form: str, folder: Path) -> list[Path]:
    """Write an entry of the ``form`` into the new ``folder``; its files.

    Raises :class:`ConfigurationError` for an unknown form, or where there is something already.
    """
    if form not in FORMS or not (FOLDER / form).is_dir():
        with_one = [name for name in FORMS if (FOLDER / name).is_dir()]
        raise ConfigurationError(f"--template {form}: {one_of(form, with_one)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} is there already: choose a folder that is new, or empty")
    begin, end = (FOLDER / name for name in ("head.toml", "tail.toml"))
    of_form = FOLDER / form / "data.toml"
    method = HOW_A_LIMIT_WAS_SET if issubclass(FORMS[form], LimitForm) else ""
    text = "".join(path.read_text(encoding="utf-8") for path in (begin, of_form, end)).replace(
        "METHOD\n", f"{method}\n"
    )
    files = {ENTRY: text.replace("./FOLDER", f"./{folder.name}")}
    for path in sorted((FOLDER / form).iterdir()):
        if path != of_form:
            files[path.name] = path.read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written: {error.strerror or error}; choose another") from error
    return [folder / name for name in files]
