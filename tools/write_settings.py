"""Writes config.example.toml and docs/settings.md from the declarations: python -m tools.write_settings"""

from pathlib import Path

from channels import REGISTRY
from notifier.config.example import example, settings_page

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    models = {name: channel.Settings for name, channel in REGISTRY.items()}
    (ROOT / "config.example.toml").write_text(example(models), encoding="utf-8")
    (ROOT / "docs" / "settings.md").write_text(settings_page(models), encoding="utf-8")


if __name__ == "__main__":
    main()
