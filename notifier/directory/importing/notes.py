"""What is odd about a file that is imported: each error by itself, like advice together."""

from dataclasses import dataclass, field

from notifier.directory.findings import Findings
from notifier.model.problem import Problem, advice, error, hold


@dataclass(slots=True)
class Notes:
    """Problems in the order in which they were met; ``file`` is the name as it stands in the source."""

    findings: Findings = field(default_factory=Findings)

    def refuse(self, id: str, sentence: str, file: str, line: int = 0, column: int = 1) -> None:
        self.findings.add(file, error(id, sentence, _place(file, line, column)))

    def ask(self, id: str, sentence: str, file: str, line: int = 0, column: int = 1) -> None:
        self.findings.add(file, hold(id, sentence, _place(file, line, column)))

    def advise(self, id: str, sentence: str, file: str, line: int = 0, column: int = 1, many: str = "") -> None:
        """Advice; with ``many`` (a sentence with ``{count}``) it is told once per file when it comes often."""
        problem = advice(id, sentence, _place(file, line, column))
        if many:
            self.findings.alike(file, line, problem, many)
        else:
            self.findings.add(file, problem)

    def all(self) -> tuple[Problem, ...]:
        return self.findings.all()


def _place(file: str, line: int, column: int) -> str:
    return f"{file}:{line}:{column}" if line else file
