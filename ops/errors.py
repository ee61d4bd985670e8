"""What can go wrong, as a message for people and an exit code for machines."""

import os
import re
from traceback import walk_tb

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from stacks.settings_file import SettingsError

# What AWS answers to credentials that it does not know, or no longer.
_REFUSED_CREDENTIALS = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_SIGN_IN = "Sign in first: `aws sso login`, AWS_PROFILE, or the AWS_ACCESS_KEY_ID family of variables."


class OpsError(Exception):
    """A command cannot go on. The message is one block for people: what is wrong, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        # A variable's bytes that are no UTF-8 could be shown on no terminal.
        super().__init__(message.encode(errors="backslashreplace").decode())


class BadInputError(OpsError):
    """Nothing was touched: what was asked for cannot be done as it was asked."""

    exit_code = 2


class ImageMissingError(OpsError):
    """The deployment waits for an image that only a person can push."""

    exit_code = 3


class LeftoversError(OpsError):
    """All layers were destroyed, and something is left that Terraform knows nothing of."""


class StoppedError(OpsError):
    """Ctrl-C or SIGTERM ended the command."""

    exit_code = 130


def explain(error: Exception) -> OpsError | None:
    """The same error as a message for people, or None when it is a defect of this program."""
    match error:
        case OpsError():
            return error
        case SettingsError():
            return BadInputError(str(error))
        case ClientError():
            return _explain_refusal(error)
        case BotoCoreError():
            return _explain_failure(error)
        case OSError():
            return OpsError(f"This machine says: {error}")
    return _explain_failure(error) if _entered_botocore(error) else None


def _entered_botocore(error: Exception) -> str:
    """The module by which botocore was entered that the error comes from; it passes on errors of Python's own."""
    modules = (str(frame.f_globals.get("__name__")) for frame, _line in walk_tb(error.__traceback__))
    # botocore.context only wraps what is called.
    return next((module for module in modules if re.match(r"botocore\.(?!context)", module)), "")


def _explain_failure(error: Exception) -> OpsError:
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return BadInputError(f"There are no AWS credentials.\n  {_SIGN_IN}")
        case ProfileNotFound():
            return BadInputError(f"{error}.\n  Set AWS_PROFILE to one of `aws configure list-profiles`, or unset it.")
        case TokenRetrievalError() | SSOTokenLoadError() | UnauthorizedSSOTokenError():
            return BadInputError(f"The AWS sign-in has expired.\n  {_SIGN_IN}")
        case EndpointConnectionError() | ConnectTimeoutError():
            return OpsError(f"AWS cannot be reached: {error}")
    return _explain_breakdown(error)


def _explain_breakdown(error: Exception) -> OpsError:
    if isinstance(error, ParamValidationError):
        return BadInputError(f"AWS would not understand what it is to be asked: {error}")
    if _entered_botocore(error) == "botocore.session":  # which makes what AWS is asked with
        variables = ", ".join(sorted(name for name in os.environ if name.startswith("AWS_")))
        return BadInputError(
            f"What is set up for AWS cannot be used: {error}\n"
            f"  Set in the environment, beside what is in the AWS configuration files: {variables or 'nothing'}"
        )
    return OpsError(f"AWS could not be asked: {error}")


def _explain_refusal(error: ClientError) -> OpsError:
    code = error.response["Error"].get("Code", "")
    message = error.response["Error"].get("Message", "")
    if code in _REFUSED_CREDENTIALS:
        return BadInputError(f"AWS does not accept these credentials ({code}).\n  {_SIGN_IN}")
    return OpsError(f"AWS refused {error.operation_name}: {code}: {message}")
