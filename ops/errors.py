"""What can go wrong, as a message for people and an exit code for machines."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
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
    if isinstance(error, OpsError):
        return error
    if isinstance(error, SettingsError):
        return BadInputError(str(error))
    if isinstance(error, ClientError):
        return _explain_refusal(error)
    if isinstance(error, BotoCoreError):
        return _explain_failure(error)
    return None


def _explain_failure(error: BotoCoreError) -> OpsError:
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return BadInputError(f"There are no AWS credentials.\n  {_SIGN_IN}")
        case ProfileNotFound():
            return BadInputError(f"{error}.\n  Set AWS_PROFILE to one of `aws configure list-profiles`, or unset it.")
        case TokenRetrievalError() | SSOTokenLoadError() | UnauthorizedSSOTokenError():
            return BadInputError(f"The AWS sign-in has expired.\n  {_SIGN_IN}")
        case EndpointConnectionError() | ConnectTimeoutError():
            return OpsError(f"AWS cannot be reached: {error}")
        case _:
            return OpsError(f"AWS could not be asked: {error}")


def _explain_refusal(error: ClientError) -> OpsError:
    code = error.response["Error"].get("Code", "")
    message = error.response["Error"].get("Message", "")
    if code in _REFUSED_CREDENTIALS:
        return BadInputError(f"AWS does not accept these credentials ({code}).\n  {_SIGN_IN}")
    return OpsError(f"AWS refused {error.operation_name}: {code}: {message}")
