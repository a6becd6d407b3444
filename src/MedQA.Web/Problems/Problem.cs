using System.Globalization;
using MedQA.Evaluation;
using MedQA.Web.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Problems;

/// <summary>Ends a handler with problem details.</summary>
public sealed class ProblemException(ProblemDetails details) : Exception(details.Detail)
{
    /// <summary>What is sent.</summary>
    public ProblemDetails Details { get; } = details;

    /// <summary>The length of the file that has no such part, which <c>Content-Range</c> says then.</summary>
    public long? FileLength { get; init; }

    /// <summary>What is sent, as a result.</summary>
    public IResult Problem => Results.Json(Details, WebJson.Readable.ProblemDetails, "application/problem+json", Details.Status);
}

/// <summary>The problems that handlers know.</summary>
internal static class Problem
{
    public static ProblemException UnknownRun(string run) =>
        New(StatusCodes.Status404NotFound, "unknown-run", "No such run", $"There is no run '{Shown(run)}'.");

    public static ProblemException UnknownQuestion(string question) =>
        New(StatusCodes.Status404NotFound, "unknown-question", "No such question", $"The run has no question '{Shown(question)}', or it "
            + "is not answered yet.");

    public static ProblemException UnknownFile(string name) =>
        New(StatusCodes.Status404NotFound, "unknown-file", "No such file", $"The dashboard has no file '{Shown(name)}'.");

    public static ProblemException UnknownRunFile(string run, string name, IEnumerable<string> known) =>
        New(StatusCodes.Status404NotFound, "unknown-file", "No such file", $"Run '{run}' has no file '{Shown(name)}', or not yet. A run "
            + $"that has ended has {string.Join(", ", known)}; the last only where rows were rejected.");

    public static ProblemException NoReport(string run) =>
        New(StatusCodes.Status404NotFound, "no-report", "No report yet", $"The report of run '{run}' is written when its last question is "
            + "answered.");

    public static ProblemException BadParameter(string name, string problem) => new(new ProblemDetails
    {
        Type = "urn:medqa:bad-parameter",
        Title = "A parameter cannot be used",
        Status = StatusCodes.Status400BadRequest,
        Detail = problem.StartsWith("must ", StringComparison.Ordinal) ? $"The parameter '{name}' {problem}" : problem,
        Parameter = name,
    });

    public static ProblemException UnknownParameter(string name, string[] known) => new(new ProblemDetails
    {
        Type = "urn:medqa:unknown-parameter",
        Title = "There is no such parameter",
        Status = StatusCodes.Status400BadRequest,
        Detail = (known, ClosestName.Of(name, known)) switch
        {
            ([], _) => $"There is no parameter '{Shown(name)}' here: this address takes none.",
            (_, null) => $"There is no parameter '{Shown(name)}' here. There are: {string.Join(", ", known)}.",
            (_, var meant) => $"There is no parameter '{Shown(name)}' here (is '{meant}' meant?). There are: {string.Join(", ", known)}.",
        },
        Parameter = Shown(name),
    });

    public static ProblemException Unreadable(int status, string why) =>
        New(status, "bad-request", "The request cannot be read", why);

    /// <summary>That what the caller gave cannot be used: of which kind it is, says where it stands.</summary>
    public static ProblemException Of(InputException fault) => fault.Location switch
    {
        { Parameter: { } parameter } => BadParameter(parameter, fault.Message),
        { Field: { } field } => BadBody(field, fault.Message),
        { Source: not null, Line: var line } => NoQuestionSet(fault.Explanation, line),
        _ => Unreadable(StatusCodes.Status400BadRequest, fault.Message),
    };

    public static ProblemException BadBody(string field, string problem) => new(new ProblemDetails
    {
        Type = "urn:medqa:bad-body",
        Title = "The body cannot be used",
        Status = StatusCodes.Status400BadRequest,
        Detail = problem,
        Parameter = field,
    });

    public static ProblemException UnknownStudy(string study) =>
        New(StatusCodes.Status404NotFound, "unknown-study", "No such study", $"There is no study '{Shown(study)}'.");

    public static ProblemException UnknownRater(string study, string rater) =>
        New(StatusCodes.Status404NotFound, "unknown-rater", "No such rater", $"Study '{study}' has no rater '{Shown(rater)}', or not any "
            + "more.");

    public static ProblemException RaterLink() =>
        New(StatusCodes.Status401Unauthorized, "rater-link", "This link opens nothing", "Raters send what stands behind # in their link "
            + "in the header x-medqa-rater. It is missing or cut off, or the link was replaced by a new one.");

    public static ProblemException RaterState(string why) =>
        New(StatusCodes.Status409Conflict, "rater-state", "This is not possible now", why);

    public static ProblemException UnknownProfile(string profile) =>
        BadParameter("profile", $"There is no profile '{Shown(profile)}'. GET /api/profiles lists them.");

    public static ProblemException NoQuestionSet(string sentence, int? line) => new(new ProblemDetails
    {
        Type = "urn:medqa:no-question-set",
        Title = "The body is no question set",
        Status = StatusCodes.Status400BadRequest,
        Detail = sentence,
        Line = line,
    });

    public static ProblemException TooLarge(long most, bool isJson) =>
        New(StatusCodes.Status413PayloadTooLarge, "too-large", "The body is too large", isJson
            ? string.Create(CultureInfo.InvariantCulture, $"The body may have at most {most:#,0} bytes here.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"A question set may have at most {most:#,0} bytes here. Upload a larger one into the container question-sets."));

    public static ProblemException WrongMedia(string why) =>
        New(StatusCodes.Status415UnsupportedMediaType, "media-type", "The body is of another kind than this operation takes", why);

    public static ProblemException Empty(bool isJson) =>
        New(StatusCodes.Status400BadRequest, "empty-body", "The body is empty", isJson
            ? "Send a JSON object as the body; /openapi/v1.json says what fields it has."
            : "Send a question set as the body, for example a CSV file with a header.");

    public static ProblemException NoPart(long length) => new(new ProblemDetails
    {
        Type = "urn:medqa:no-part",
        Title = "The file has no such part",
        Status = StatusCodes.Status416RangeNotSatisfiable,
        Detail = string.Create(
            CultureInfo.InvariantCulture,
            $"The file has {length:#,0} bytes, and none of them is in the part that the header Range asks for. Without it the whole file "
                + $"is sent."),
    })
    {
        FileLength = length,
    };

    public static ProblemException NotPossible(string run, string action, string state) =>
        New(StatusCodes.Status409Conflict, "not-possible", "The run's state does not allow this", $"Run '{run}' is {state}: it cannot be "
            + $"asked to {action}.");

    public static ProblemException OtherRules(string why) =>
        New(StatusCodes.Status409Conflict, "other-rules", "The run follows another version of the evaluation's rules", why);

    public static ProblemException Changed() =>
        New(StatusCodes.Status409Conflict, "changed", "The question set has changed", "The stored question set was replaced or deleted "
            + "while its run was being made. Send it again.");

    public static ProblemException Deleted(string run) =>
        New(StatusCodes.Status409Conflict, "deleted", "The run of this question set was deleted", $"Run '{run}' of this question set and "
            + "profile was deleted. Send it with again=true for a new run.");

    public static ProblemException NotComparable(string why) =>
        New(StatusCodes.Status409Conflict, "not-comparable", "The runs cannot be compared", why);

    public static ProblemException NotAcceptable(string offered) =>
        New(StatusCodes.Status406NotAcceptable, "not-acceptable", "No such format", $"This is available as {offered}.");

    public static ProblemException Precondition(string header) =>
        New(StatusCodes.Status412PreconditionFailed, "precondition", "The condition was not examined", "This operation examines no "
            + $"conditions, so with the header {header} it does nothing. Send the request without it.");

    public static ProblemException OtherTag(EntityTagHeaderValue? tag) =>
        New(StatusCodes.Status412PreconditionFailed, "precondition", "The condition does not hold", tag is { IsWeak: false }
            ? $"The header If-Match names no tag of what is here now, whose ETag is {tag}. Send the request without it to read that."
            : "The header If-Match asks for a strong tag, and what is here now has none. Send the request without it; If-None-Match saves "
                + "loading what has not changed.");

    public static IResult Of(int status, string kind, string title, string detail) => New(status, kind, title, detail).Problem;

    private static ProblemException New(int status, string kind, string title, string detail) =>
        new(new ProblemDetails { Type = $"urn:medqa:{kind}", Title = title, Status = status, Detail = detail });

    /// <summary>What a caller has sent, at most 100 characters of it.</summary>
    internal static string Shown(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");
}
