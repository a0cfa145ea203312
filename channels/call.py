"""The call sheet: the families whom a person rings, as a page to print and a list for a spreadsheet.

call-sheets/MESSAGE/items/ITEM.json    one family, written when its delivery comes to this rung
call-sheets/MESSAGE/call-sheet.html    rebuilt from the items, to ring from a screen or a telephone
call-sheets/MESSAGE/call-sheet.pdf     the same to print, with boxes to tick
call-sheets/MESSAGE/call-sheet.csv
"""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from channels import _call_sheet, _cards, _files, _items, _markup, _tree
from channels._press import Press, PressFault
from channels.base import Outgoing, Sent, Surroundings
from channels.outbox import base
from notifier.logs import logger
from notifier.model.payload import CALL_ITEM, CallPayload
from notifier.model.policy import AddressKind

SHEETS = "call-sheets"
_log = logger("channels.call")


class CallSettings(BaseModel):
    """``[channels.call]`` has no settings: the sheet always works."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Call:
    medium: ClassVar[str] = CALL_ITEM
    address: ClassVar[AddressKind] = AddressKind.NONE
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = True
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = CallSettings

    def __init__(self, settings: CallSettings, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.parallelism = 4
        self.per_minute: float | None = None
        self._items = _items.Items(base(surroundings) / SHEETS, CallPayload, trial=surroundings.trial)
        self._press = Press()

    async def send(self, outgoing: Outgoing) -> Sent:
        if not isinstance(outgoing.payload, CallPayload):
            raise TypeError(f"call carries a call item, not {type(outgoing.payload).__name__}")
        with _files.writing():
            return Sent(reference=await asyncio.to_thread(self._write, outgoing, outgoing.payload))

    async def close(self) -> None:
        await asyncio.to_thread(self._press.close)

    def collate(self, message: str, first: Collection[str] = ()) -> list[Path]:
        """Rebuild the sheet from its items. Families with nobody to ring come first, then class by class; in an
        emergency the children of whom nobody has been reached, the youngest of them first."""
        folder = self._items.folder(message)
        page, table, sheet = (folder / f"call-sheet.{suffix}" for suffix in ("html", "csv", "pdf"))
        with _files.writing():
            found = self._items.read(message)
            if not found:
                _files.remove(page, table, sheet)
                _cards.remove(self.surroundings.outbox, "call", f"sheet-{message}")
                self._items.prune(message)
                return []
            found.sort(key=partial(_call_sheet.order, first=first))
            drill = any(item.drill for item in found)
            title = f"Call sheet: {found[0].payload.title}"
            body = _call_sheet.body(title, self.surroundings.school, found, first=first)
            trial = self.surroundings.trial
            _files.write(page, _markup.page(title, body, sheet="call-sheet", trial=trial, drill=drill))
            _files.write(table, _items.csv(_call_sheet.COLUMNS, _call_sheet.rows(found), trial=trial, drill=drill))
            self._sheet_card(message, title, page, len(found), drill)
            # Last, and nothing waits for it: in an emergency page and table are there already.
            printed = self._print(folder, title, found, drill)
        return [page, table, sheet] if printed else [page, table]

    def _print(self, folder: Path, title: str, found: Sequence[_call_sheet.CallItem], drill: bool) -> bool:
        shown = f"DRILL: {title}" if drill else title
        data = _tree.printed(_call_sheet.printed(shown, self.surroundings.school, found, trial=self.surroundings.trial))
        sheet = folder / "call-sheet.pdf"
        try:
            self._press.into(sheet, "calls", folder, data, rare=_tree.rare(data))
        except PressFault as fault:
            _log.warning("the call sheet is a page and a table only", fault=fault.sort)
            _files.remove(sheet)  # one of an earlier moment would lack families
            return False
        finally:
            self._press.rest()
        return True

    def items(self, message: str) -> Sequence[str]:
        return self._items.stems(message)

    def withdraw(self, message: str, item: str) -> None:
        with _files.writing():
            self._items.remove(message, item)
            _cards.remove(self.surroundings.outbox, "call", item)

    def _sheet_card(self, message: str, title: str, page: Path, families: int, drill: bool) -> None:
        outbox = self.surroundings.outbox
        shown = str(page.relative_to(outbox))
        card = _cards.Card(
            channel="call",
            item=f"sheet-{message}",
            message=message,
            title=title,
            family=f"The whole call sheet ({families})",
            trial=self.surroundings.trial,
            drill=drill,
            whole=True,
            file=shown,
            page=shown,
        )
        _cards.write(outbox, card)

    def _write(self, outgoing: Outgoing, payload: CallPayload) -> str:
        outbox = self.surroundings.outbox
        file = self._items.write(outgoing, payload)
        shown = _cards.place(outbox, "call", outgoing.item, ".html")
        item = _items.Item(outgoing.item, outgoing.language, outgoing.drill, payload)
        body = _call_sheet.body(payload.title, self.surroundings.school, [item], whole=False)
        trial = self.surroundings.trial
        page = _markup.page(payload.title, body, sheet="call-sheet", trial=trial, drill=outgoing.drill)
        _files.write(shown, page, durable=False)
        numbers = [ring.number for ring in payload.rings if ring.number]
        card = _cards.Card(
            channel="call",
            item=outgoing.item,
            message=outgoing.message,
            title=payload.title,
            family=outgoing.family or ", ".join(f"{name} ({class_})" for name, class_ in payload.pupils),
            address=_call_sheet.spoken(numbers[0]) if numbers else "nobody to ring",
            trial=trial,
            drill=outgoing.drill,
            file=str(file.relative_to(outbox)),
            page=str(shown.relative_to(outbox)),
        )
        _cards.write(outbox, card)
        return str(file.relative_to(outbox))
