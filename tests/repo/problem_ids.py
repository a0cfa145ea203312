"""Which problem ids the code can say, found by walking its syntax."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

MAKERS = {"error": 0, "hold": 0, "advice": 0, "Problem": 0}
"""Functions of the model that make a problem, called by their bare name, and which of their arguments is the id."""
ID = re.compile(r"[a-z]+(-[a-z0-9]+)+")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[Function | None, dict[str, int], ast.Call]
"""A call, the innermost function it stands in, and the names that stand for a maker there."""


@dataclass
class Found:
    """``ids`` with the places where they are said; ``patterns`` are ids of which a part is worked out, as in
    ``bad-*``; ``unread`` are the places where the id is none of these, nor a constant, nor a parameter."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    patterns: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)


@cache
def problem_ids(root: Path) -> Found:
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for top in ("notifier", "channels")
        for path in sorted((root / top).rglob("*.py"))
    }
    constants = {name: value for tree in trees.values() for name, value in _constants(tree)}
    calls = {path: list(_every_call(tree, None, {})) for path, tree in trees.items()}
    makers = dict(MAKERS)
    while True:  # a function that hands its own parameter on as the id makes problems too
        more = {name: at for made in calls.values() for name, at in _wrappers(made, makers)}
        if more.keys() <= makers.keys():
            break
        makers = {**more, **makers}
    found = Found()
    for path, made in calls.items():
        for function, call, argument in _calls(made, makers):
            place = f"{path.relative_to(root)}:{call.lineno}"
            said = _said(argument, constants)
            for id in said:
                found.ids.setdefault(id, set()).add(place)
            if isinstance(argument, ast.JoinedStr):
                found.patterns.add(
                    "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in argument.values)
                )
            elif not said and _direct(call) in MAKERS and not _handed_on(argument, function):
                found.unread.append(f"{place}: {ast.unparse(argument)}")
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield target.id, value.value


def _wrappers(calls: Sequence[Call], makers: dict[str, int]) -> Iterator[tuple[str, int]]:
    for function, _, argument in _calls(calls, makers):
        if function is not None and isinstance(argument, ast.Name):
            names = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
            if argument.id in names:
                yield function.name, names.index(argument.id)


def _calls(calls: Sequence[Call], makers: dict[str, int]) -> Iterator[tuple[Function | None, ast.Call, ast.expr]]:
    """Calls of makers, with the innermost function they stand in and the argument that is the id."""
    for inside, aliases, call in calls:
        name = _direct(call) or _method(call)
        if (at := aliases.get(name, makers.get(name))) is None:
            continue
        named = [key.value for key in call.keywords if key.arg == "id"]
        if named or len(call.args) > at:
            yield inside, call, (named or [call.args[at]])[0]


def _every_call(node: ast.AST, inside: Function | None, aliases: dict[str, int]) -> Iterator[Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield inside, aliases, child
        if isinstance(child, Function):
            yield from _every_call(child, child, {**aliases, **_aliases(child)})
        else:
            yield from _every_call(child, inside, aliases)


def _aliases(function: Function) -> dict[str, int]:
    """Names that stand for a maker inside a function: ``say = error if live else advice``."""
    return {
        node.targets[0].id: 0
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.IfExp)
        and {ast.unparse(node.value.body), ast.unparse(node.value.orelse)} <= MAKERS.keys()
    }


def _direct(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _method(call: ast.Call) -> str:
    """``row.report`` gives ``report``; a logger's ``error`` is no maker."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return "" if name in MAKERS else name


def _said(argument: ast.expr, constants: dict[str, str]) -> list[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value] if ID.fullmatch(argument.value) else []
    if isinstance(argument, ast.IfExp):
        return _said(argument.body, constants) + _said(argument.orelse, constants)
    name = argument.id if isinstance(argument, ast.Name) else getattr(argument, "attr", "")
    return [constants[name]] if ID.fullmatch(constants.get(name, "")) else []


def _handed_on(argument: ast.expr, function: Function | None) -> bool:
    return (
        isinstance(argument, ast.Name) and function is not None and argument.id in [a.arg for a in function.args.args]
    )
