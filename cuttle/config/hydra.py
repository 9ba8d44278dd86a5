"""The schema for Hydra: its structured config."""

import re
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from cuttle.config.keys import fields_of, walk
from cuttle.config.pages import ValueOf, help_keys
from cuttle.config.reading import unknown_key, wrong_type
from cuttle.config.roles import index
from cuttle.config.schema import Config

UNKNOWN_KEY = re.compile(r"Could not override '([^']+)'|Key '.*' not in")
WRONG_TYPE = re.compile(
    r"Value '.*' (of type|is not)|Invalid \w+ assigned|field '.*' is not|Incompatible value"
)
NO_SECTION = re.compile(r"Merge error: \w+ is not a subclass of (\w+)\. value: (.*)")
FULL_KEY = re.compile(r"full_key: (\S+)")
IN_FILE = re.compile(r"In '([^']+)': \w+Error raised")
TEXT = re.compile(r"Value ('.*') (?:of type 'str'|is not .* \(type str\))")
GIVEN = re.compile(
    r"(?:Error merging override [^=]+=|\bvalue: |\b[Vv]alue ')(.*?)(?:' (?:of|is|for) .*)?$",
    re.MULTILINE,
)


def register() -> None:
    """Register the schema as `schema`, which conf/config.yaml starts from, and the text of help."""
    ConfigStore.instance().store(name="schema", node=_structured(Config))
    OmegaConf.register_new_resolver("config_keys", _help_keys, replace=True)


def value_in(config: DictConfig) -> ValueOf:
    """Return the way to look up the value of a dotted key in a composed config."""

    def look_up(name: str) -> Any:
        value = OmegaConf.select(config, name)
        return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value

    return look_up


def _help_keys(*, _root_: DictConfig) -> str:
    """Return the keys for Hydra's help, whose template gives `$` a meaning of its own."""
    return help_keys(value_in(_root_)).replace("$", "$$")


def _structured(schema: type) -> DictConfig:
    """Return a writable structured config of a frozen dataclass and of its sections."""
    node = OmegaConf.structured(schema)
    OmegaConf.set_readonly(node, None)
    for name, key in fields_of(schema).items():
        if key.section is not None:
            node[name] = _structured(key.section)
    assert isinstance(node, DictConfig)
    return node


def explain(error: BaseException) -> str | None:
    """Describe what is wrong with a key that Hydra did not find or whose value it did not take.

    Returns one line; None for an error that is not about a key of the schema.
    """
    text = f"{error}\n{error.__cause__ or ''}"
    full_key, file = FULL_KEY.search(text), IN_FILE.search(text)
    where = f"{file[1]}.yaml: " if file else ""
    if unknown := UNKNOWN_KEY.search(text):
        name, parent = full_key or unknown, getattr(error.__cause__, "parent_node", None)
        return where + _explain_unknown(name[1], text, file and file[1], parent)
    if merged := NO_SECTION.search(text):  # which does not name the key
        sections = [key for key in walk(Config) if key.section and key.type.__name__ == merged[1]]
        found = " or ".join(wrong_type(key.name, merged[2]) or "" for key in sections)
        return where + (found or f"a section of Hydra's is given the value {merged[2]}")
    if full_key is None:
        return None
    if "does not support deletion" in text:
        return f"{where}{full_key[1]} cannot be left out of the config"
    if isinstance(error, OverflowError):
        return f"{where}{full_key[1]} is too large"
    if WRONG_TYPE.search(text):
        quoted, given = TEXT.search(text), GIVEN.search(text)
        value = quoted[1] if quoted else given[1] if given else "another"
        message = wrong_type(full_key[1], value)
        return message and where + message
    return None


def _explain_unknown(name: str, text: str, file: str | None, parent: Any) -> str:
    """Describe a key that a config has not, by the words of Hydra and the option that sets it."""
    if name in index() and file:
        return f"{name} cannot be a key with dots: nest the last part in its section"
    if name in index() and "No match in the defaults list" in text:
        return f"{name}= selects a file of the folder {name}/ of a config directory; rename that"
    if name in index():
        start = "begin the file of --config-name with `defaults: [config, _self_]`"
        return f"this config has no key {name!r}; {start}"
    if file and name == file.partition("/")[0]:
        return "its first line must be `# @package _global_`: it sets keys of others"
    return unknown_key(name, map(str, parent) if isinstance(parent, DictConfig) else ())
