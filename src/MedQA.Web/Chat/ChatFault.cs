using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Chat;

/// <summary>What can be wrong with a request for a chat completion.</summary>
internal static class ChatFault
{
    /// <summary>A field has a value that is not allowed.</summary>
    public static ProblemException Value(string field, string must) => New("invalid-value", $"'{field}' {must}", field);

    /// <summary>A field that changes the answer is not supported, so that ignoring it would give another answer than asked for.</summary>
    public static ProblemException Unsupported(string field, string why) => New("unsupported-parameter", $"'{field}' {why}", field);

    /// <summary>The body is not a request.</summary>
    public static ProblemException Body(string sentence) => New("invalid-json", sentence);

    /// <summary>There is no model of this name.</summary>
    public static ProblemException UnknownModel(string model, IReadOnlyList<string> known) => New(
        "model-not-found",
        $"There is no model '{Problem.Shown(model)}' here; this server offers "
            + $"{string.Join(", ", known.Select(static name => $"'{name}'"))}.",
        "model",
        StatusCodes.Status404NotFound);

    /// <summary>Prompt and answer do not fit the context.</summary>
    public static ProblemException TooLong(string sentence) => New("context-length-exceeded", sentence, "messages");

    /// <summary>The model cannot be asked at present.</summary>
    public static ProblemException Unavailable(string sentence) => New(
        "model-unavailable", sentence, "model", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The server stops.</summary>
    public static ProblemException Stopping() => New(
        "stopping", "The server is stopping. Ask again when it runs.", null, StatusCodes.Status503ServiceUnavailable);

    private static ProblemException New(
        string kind, string sentence, string? field = null, int status = StatusCodes.Status400BadRequest) => new(new ProblemDetails
    {
        Type = $"urn:medqa:{kind}",
        Title = "Not possible",
        Status = status,
        Detail = sentence,
        Parameter = field,
    });
}
