"""The files that the demo drops: a Word newsletter, a form as PDF. The same content each time."""

import io
import zipfile
from datetime import UTC, datetime

import docx

WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)


def newsletter() -> bytes:
    """School News as a Word file, with headings, a list and a table, as an office would type it."""
    page = docx.Document()
    page.add_heading("School News", level=1)
    page.add_paragraph("Dear families,")
    page.add_paragraph(
        "What a week! Year 2 have been building bridges from newspaper and testing how many apples each could carry. "
        "Our youngest children have settled in so well that the drop-off now takes five minutes instead of twenty."
    )
    page.add_heading("From the classrooms", level=2)
    for line in (
        "Nursery planted winter pansies by the front gate. Come and look.",
        "Reception are collecting clean egg boxes for their city of the future.",
        "Year 1 wrote to the lollipop man to say thank you, and he has answered.",
    ):
        page.add_paragraph(line, style="List Bullet")
    page.add_heading("Clubs this half-term", level=2)
    table = page.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Club", "Day", "Until"), strict=True):
        cell.text = text
    for row in (("Choir", "Tuesday", "16:15"), ("Gardening", "Wednesday", "16:00"), ("Football", "Thursday", "16:15")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    page.add_heading("A small request", level=2)
    paragraph = page.add_paragraph("Please write your child's name in coats and lunch boxes. ")
    paragraph.add_run("Eleven coats without a name").bold = True
    paragraph.add_run(" are waiting at the office.")
    page.add_paragraph("Have a restful weekend.")
    properties = page.core_properties
    properties.author, properties.title, properties.comments = "The school office", "School News", ""
    properties.created = properties.modified = WRITTEN.replace(tzinfo=None)
    written = io.BytesIO()
    page.save(written)
    return _timeless(written.getvalue())


def _timeless(content: bytes) -> bytes:
    """The same archive without the moment at which it was made."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def form() -> bytes:
    """The reply slip of the farm visit: one A4 page."""
    lines = [
        (18, 770, "Visit to the city farm: reply slip"),
        (12, 730, "Please fill in and hand to the class teacher or the school office."),
        (12, 690, "Child's name: ______________________________   Class: ______________"),
        (12, 655, "My child may take part in the visit to the city farm.      yes  [   ]      no  [   ]"),
        (12, 620, "Allergies or medicines we should know of: _______________________________"),
        (12, 585, "I can come along as a helper.      yes  [   ]      no  [   ]"),
        (12, 535, "Signature: ______________________________   Date: ______________"),
    ]
    drawn = "BT\n" + "".join(
        f"/F1 {size} Tf 1 0 0 1 60 {y} Tm ({_escaped(text)}) Tj\n" for size, y, text in lines
    ) + "ET\n"  # fmt: skip
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Title (Visit to the city farm: reply slip) >>",
    ]
    content = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    content += "".join(f"{place:010} 00000 n \n" for place in places)
    content += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{table}\n%%EOF\n"
    return content.encode("latin-1")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
