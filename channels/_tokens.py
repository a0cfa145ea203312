"""Logging in with a token instead of a password (OAuth 2, XOAUTH2): Microsoft 365 and Google Workspace.

Both libraries block, and msal asks over the network as soon as it is made: everything here runs on a thread. They
keep a token as long as it holds and get a new one before that; ``fresh`` is for one that was refused all the same.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol

MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE_SCOPE = "https://mail.google.com/"
AUTHORITY = "https://login.microsoftonline.com/"


class TokenRefused(Exception):
    """``reason``: what to do, in words for staff; never a token or a secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Tokens(Protocol):
    def token(self, *, fresh: bool = False) -> str:
        """Blocking. Raises TokenRefused."""
        ...


class Microsoft:
    """The app registered in Entra for this school, by its own secret (client credentials)."""

    def __init__(self, tenant: str, client_id: str, secret: Callable[[], str], http_client: Any = None) -> None:
        self._tenant = tenant
        self._client_id = client_id
        self._secret = secret
        self._http = http_client
        self._app: Any = None

    def token(self, *, fresh: bool = False) -> str:
        try:
            import msal
        except ModuleNotFoundError:
            raise TokenRefused(_missing("microsoft")) from None
        try:
            if self._app is None or fresh:
                self._app = msal.ConfidentialClientApplication(
                    self._client_id,
                    client_credential=self._secret(),
                    authority=f"{AUTHORITY}{self._tenant}",
                    http_client=self._http,
                )
            answer = self._app.acquire_token_for_client([MICROSOFT_SCOPE])
        except (OSError, ValueError) as fault:
            raise TokenRefused(
                "Microsoft gives no token: its login cannot be reached, or the tenant is not known. Check tenant in "
                "[channels.email] and the connection to the internet."
            ) from fault
        if "access_token" in answer:
            return str(answer["access_token"])
        raise TokenRefused(_microsoft(str(answer.get("error", "")), str(answer.get("error_description", ""))))


def _microsoft(error: str, description: str) -> str:
    for code, said in _ENTRA.items():
        if code in description:
            return said
    if error in {"invalid_client", "unauthorized_client"}:
        return "Microsoft does not know this app. Check client_id, tenant and the secret in [channels.email]."
    return f"Microsoft gives no token ({error or 'no reason given'}). Ask whoever looks after Microsoft 365."


_ENTRA = {
    "AADSTS7000215": "Microsoft refuses the app's secret. Make a new one in Entra and put its value, not its id, "
    "into the file that password_file names.",
    "AADSTS7000222": "The app's secret has run out. Make a new one in Entra and put it into the file that "
    "password_file names.",
    "AADSTS700016": "Microsoft does not know this app in this tenant. Check client_id and tenant in [channels.email].",
    "AADSTS90002": "Microsoft does not know this tenant. Check tenant in [channels.email].",
    "AADSTS53003": "A rule of your Microsoft 365 (Conditional Access) keeps the app out. Ask whoever looks after it.",
}


class Google:
    """A service account that may act for the mailbox (domain-wide delegation)."""

    def __init__(self, mailbox: str, key: Callable[[], str], request: Any = None) -> None:
        """``key``: the service account's JSON; ``request``: how it asks, as google.auth has it."""
        self._mailbox = mailbox
        self._key = key
        self._request = request
        self._credentials: Any = None

    def token(self, *, fresh: bool = False) -> str:
        try:
            from google.auth.exceptions import GoogleAuthError
            from google.auth.transport.requests import Request
            from google.oauth2 import service_account
        except ModuleNotFoundError:
            raise TokenRefused(_missing("google")) from None
        try:
            if self._credentials is None or fresh:
                self._credentials = service_account.Credentials.from_service_account_info(
                    json.loads(self._key()), scopes=[GOOGLE_SCOPE], subject=self._mailbox
                )
            if not self._credentials.valid:
                self._credentials.refresh(self._request or Request())
        except (ValueError, KeyError) as fault:
            raise TokenRefused(
                "The file that password_file names is no key of a Google service account. Download it again as JSON."
            ) from fault
        except GoogleAuthError as fault:
            self._credentials = None
            raise TokenRefused(_google(str(fault))) from fault
        except OSError as fault:
            raise TokenRefused("Google's login cannot be reached. Check the connection to the internet.") from fault
        return str(self._credentials.token)


def _google(said: str) -> str:
    if "unauthorized_client" in said:
        return (
            "Google does not let the service account act for this mailbox. In the Admin console, under domain-wide "
            f"delegation, give its client id the scope {GOOGLE_SCOPE}"
        )
    if "invalid_grant" in said:
        return "Google does not know this mailbox, or this computer's clock is wrong. Check username and the clock."
    return "Google gives no token. Check the service account's key, or take Google's SMTP relay without a login."


def _missing(extra: str) -> str:
    return f"Logging in there needs one more package. Install it with: pip install 'school-notifier[{extra}]'"
