"""The layouts in ``templates/``, and the school's own files of the same name in place of ours (LIBRARIES R18).

Only templates are run; what staff write never is. A template of the school's own
that fails is reported by ``check`` with file and line, and until it is mended
ours takes its place, so that a message goes out all the same.
"""

import difflib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from css_inline import CSSInliner
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifier.logs import logger
from notifier.model.problem import Problem, advice, error
from notifier.resources import resource

_FOLDERS = ("email/", "paper/", "public/")
"""What is a template here; other folders beside them hold data of others."""
_SUFFIXES = (".html", ".txt", ".css")
_OF_OTHERS = frozenset({"outward/sentences.toml"})
"""Files of the school's folder that are no templates: what may be read out to a parent (W4)."""
_READ_BY_OTHERS = ("notices/",)
"""Folders of the same sort: prepared words, one file for each language."""

_LOG = logger("rendering")
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_link_tags=False)


class BrokenTemplate(Exception):
    """``problem`` says which file, which line and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


class Theme:
    """``overrides`` is the school's ``templates/`` folder; it may be missing."""

    def __init__(self, overrides: Path | None = None) -> None:
        self._ours = resource("templates")
        self._overrides = overrides
        self._built_in = _built_in(self._ours)
        self._environment = self._built_in
        self._theirs = frozenset(self._own_files()) & frozenset(self._names())
        if overrides is not None and self._theirs:
            self._environment = _environment(ChoiceLoader([FileSystemLoader(overrides), FileSystemLoader(self._ours)]))
        self._compile()

    def _compile(self) -> None:
        """Everything at start, so that the first emergency does not wait for it."""
        for name in self._names():
            self._built_in.get_template(name)
            if self._environment is not self._built_in:
                with suppress(TemplateError, OSError, ValueError):  # check() tells, render() falls back
                    self._environment.get_template(name)

    def render(self, name: str, context: Mapping[str, Any], *must_hold: str) -> str:
        """The template with this context; ours where the school's own fails or leaves out a text it must hold."""
        if self._environment is not self._built_in:
            try:
                return self.strict(name, context, *must_hold)
            except BrokenTemplate as broken:
                _LOG.warning("template_broken", template=name, where=broken.problem.where)
        return self._built_in.get_template(name).render(context)

    def strict(self, name: str, context: Mapping[str, Any], *must_hold: str) -> str:
        """The same without a second choice: raises BrokenTemplate."""
        try:
            rendered = self._environment.get_template(name).render(context)
        except Exception as fault:  # whatever a template of the school's own may raise
            raise BrokenTemplate(self._problem(name, fault)) from fault
        if not all(text in rendered for text in must_hold):
            raise BrokenTemplate(
                error(
                    "template-without-body",
                    f"templates/{name} leaves out the message itself. Put {{{{ body.html }}}} or {{{{ body.text }}}} "
                    "where its words belong.",
                    f"templates/{name}",
                )
            )
        return rendered

    def unused(self) -> list[Problem]:
        """Advice on files in the school's folder that replace nothing."""
        names = self._names()
        problems = []
        for name in sorted(self._own_files() - {*names, *_OF_OTHERS}):
            if name.startswith(_READ_BY_OTHERS):
                continue
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
            hint = f"Did you mean {near[0]}?" if near else f"The files are {', '.join(names)}."
            problems.append(
                advice("template-unused", f"templates/{name} is used for nothing. {hint}", f"templates/{name}")
            )
        return problems

    def unread(self) -> list[Problem]:
        """Errors in the school's own files that nothing needs to be rendered for: they do not even compile."""
        problems = []
        for name in sorted(self._theirs):
            try:
                self._environment.get_template(name)
            except Exception as fault:
                problems.append(self._problem(name, fault))
        return problems

    def _names(self) -> list[str]:
        return self._built_in.list_templates(
            filter_func=lambda name: name.startswith(_FOLDERS) and name.endswith(_SUFFIXES)
        )

    def _own_files(self) -> set[str]:
        if self._overrides is None or not self._overrides.is_dir():
            return set()
        return {
            path.relative_to(self._overrides).as_posix()
            for path in self._overrides.rglob("*")
            if path.is_file() and not any(part.startswith((".", "~$")) for part in path.parts[-2:])
        }

    def _problem(self, name: str, fault: Exception) -> Problem:
        file, line = self._place(name, fault)
        where = f"templates/{file}:{line}" if line else f"templates/{file}"
        said = str(fault).rstrip(".") or type(fault).__name__
        return error(
            "template-broken",
            f"templates/{file} cannot be used{f' because of line {line}' if line else ''}: {said}. "
            "Mend it or remove it; until then the built-in one is used.",
            where,
        )

    def _place(self, name: str, fault: Exception) -> tuple[str, int]:
        """The template file and line where it went wrong: Jinja rewrites its tracebacks to them."""
        if isinstance(fault, TemplateSyntaxError):
            return fault.name or name, fault.lineno
        found = (name, 0)
        roots = [self._ours] + ([self._overrides] if self._overrides is not None else [])
        trace = fault.__traceback__
        while trace is not None:
            path = Path(trace.tb_frame.f_code.co_filename)
            for root in roots:
                if path.is_relative_to(root):
                    found = (str(PurePosixPath(path.relative_to(root))), trace.tb_lineno)
            trace = trace.tb_next
        return found


def inlined(html: str) -> str:
    """The HTML document with its style sheet in the elements; styles marked to be kept stay a sheet."""
    return _INLINER.inline(html)


@cache
def _built_in(folder: Path) -> Environment:
    """Ours are the same for every theme, and take a while to compile: once in a process is enough."""
    return _environment(FileSystemLoader(folder))


def _environment(loader: FileSystemLoader | ChoiceLoader) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=_escapes,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    return environment


def _escapes(name: str | None) -> bool:
    return name is None or name.endswith(".html")


Gettext = Callable[..., str]


def phrases(say: Gettext) -> dict[str, Gettext]:
    """The names by which templates ask for a phrase: ``_()``, and Jinja's own ``trans`` block."""

    def gettext(phrase: str, /, **values: str) -> str:
        return say(phrase, **values)

    def ngettext(one: str, many: str, number: int, /, **values: str) -> str:
        return say(one if number == 1 else many, **values)

    return {"gettext": gettext, "ngettext": ngettext, "_": gettext}
