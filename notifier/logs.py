"""Structured logs that never hold a secret, an address, a number or a body, nor a family's story (H24)."""

import logging
import sys

import structlog

NOISY = ("twilio.http_client", "twilio.async_http_client", "aiosmtplib", "apscheduler", "alembic")


def configure(level: int = logging.INFO, *, json: bool = False) -> None:
    """Log lines from this level on to standard error: readable for a terminal, JSON for a service."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(room: str) -> structlog.typing.FilteringBoundLogger:
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return found
