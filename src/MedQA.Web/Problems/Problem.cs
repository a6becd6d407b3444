using System.Globalization;
using MedQA.Evaluation;
using MedQA.Pipeline.Profiles;
using MedQA.Web.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Problems;

/// <summary>Ends a handler with a problem details response.</summary>
public sealed class ProblemException(ProblemDetails details) : Exception(details.Detail)
{
    /// <summary>The content of the response.</summary>
    public ProblemDetails Details { get; } = details;

    /// <summary>The file's length for <c>Content-Range</c>, if the requested range is beyond its end.</summary>
    public long? FileLength { get; init; }

    /// <summary>The response.</summary>
    public IResult Problem => Results.Json(Details, WebJson.Readable.ProblemDetails, "application/problem+json", Details.Status);
}

/// <summary>Creates the problems that handlers return.</summary>
internal static class Problem
{
    public static ProblemException UnknownRun(string run) =>
        New(StatusCodes.Status404NotFound, "unknown-run", "No such run", $"There is no run '{Shown(run)}'.");

    public static ProblemException UnknownQuestion(string question) =>
        New(StatusCodes.Status404NotFound, "unknown-question", "No such question", $"The run has no question '{Shown(question)}', or "
            + "the question has no answer yet.");

    public static ProblemException UnknownFile(string name) =>
        New(StatusCodes.Status404NotFound, "unknown-file", "No such file", $"The dashboard has no file '{Shown(name)}'.");

    public static ProblemException UnknownRunFile(string run, string name, IEnumerable<string> known) =>
        New(StatusCodes.Status404NotFound, "unknown-file", "No such file", $"Run '{run}' has no file '{Shown(name)}', or has not written "
            + $"it yet. A finished run has {string.Join(", ", known)}; rejected.csv only if rows were rejected.");

    public static ProblemException NoReport(string run) =>
        New(StatusCodes.Status404NotFound, "no-report", "No report yet", $"The report of run '{run}' is written after its last question "
            + "is answered.");

    public static ProblemException BadParameter(string name, string problem) => new(new ProblemDetails
    {
        Type = "urn:medqa:bad-parameter",
        Title = "Invalid parameter",
        Status = StatusCodes.Status400BadRequest,
        Detail = problem.StartsWith("must ", StringComparison.Ordinal) || problem.StartsWith("cannot ", StringComparison.Ordinal)
            ? $"The parameter '{name}' {problem}"
            : problem,
        Parameter = name,
    });

    public static ProblemException UnknownParameter(string name, string[] known) => new(new ProblemDetails
    {
        Type = "urn:medqa:unknown-parameter",
        Title = "Unknown parameter",
        Status = StatusCodes.Status400BadRequest,
        Detail = (known, ClosestName.Of(name, known)) switch
        {
            ([], _) => $"Unknown parameter '{Shown(name)}'. This operation takes no parameters.",
            (_, null) => $"Unknown parameter '{Shown(name)}'. The parameters are {string.Join(", ", known)}.",
            (_, var meant) => $"Unknown parameter '{Shown(name)}'. Did you mean '{meant}'? The parameters are {string.Join(", ", known)}.",
        },
        Parameter = Shown(name),
    });

    public static ProblemException Unreadable(int status, string why) =>
        New(status, "bad-request", "The request cannot be read", why);

    /// <summary>The problem of invalid input; the fault's location decides its kind.</summary>
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
        Title = "Invalid body",
        Status = StatusCodes.Status400BadRequest,
        Detail = problem,
        Parameter = field,
    });

    public static ProblemException UnknownStudy(string study) =>
        New(StatusCodes.Status404NotFound, "unknown-study", "No such study", $"There is no study '{Shown(study)}'.");

    public static ProblemException UnknownRater(string study, string rater) =>
        New(StatusCodes.Status404NotFound, "unknown-rater", "No such rater", $"Study '{study}' has no rater '{Shown(rater)}', or the "
            + "rater was deleted.");

    public static ProblemException RaterLink() =>
        New(StatusCodes.Status401Unauthorized, "rater-link", "Invalid rater link", "The header x-medqa-rater must have the part of the "
            + "rater's link after #. It is missing or incomplete, or the link was replaced by a new one.");

    public static ProblemException RaterState(string why) =>
        New(StatusCodes.Status409Conflict, "rater-state", "Not possible in the rater's state", why);

    public static ProblemException UnknownProfile(string profile) =>
        BadParameter("profile", $"Unknown profile '{Shown(profile)}'. GET /api/profiles lists the profiles.");

    public static ProblemException NoProfile(string profile, InputException? why = null) =>
        New(StatusCodes.Status404NotFound, "unknown-profile", "No such profile", (why is null
            ? $"No profile '{Shown(profile)}' is stored."
            : $"There is no such profile. {why.Message}") + " GET /api/profiles lists all profiles.");

    public static ProblemException BrokenProfile(string profile, InputException why) =>
        New(StatusCodes.Status409Conflict, "broken-profile", "The profile cannot be used", $"{why.Message} PUT "
            + $"/api/profiles/{Shown(profile)} replaces it and DELETE removes it; if it is a file of the service, correct that.");

    public static ProblemException OtherProfile(string profile) =>
        New(StatusCodes.Status409Conflict, "other-profile", "The profile is another one now", $"No profile '{Shown(profile)}' with this "
            + "profileHash is known: it was changed or deleted since the hash was read. Read the profile again, or send yours with PUT "
            + $"/api/profiles/{Shown(profile)}?unlisted=true; then repeat the request with the hash in the response.");

    public static ProblemException ProfileOfHost(string profile, string remedy) =>
        New(StatusCodes.Status409Conflict, "fixed-profile", "The profile cannot be changed", $"Profile '{Shown(profile)}' is built in or "
            + $"belongs to the service's own files. {remedy}");

    public static ProblemException TooManyProfiles() =>
        New(StatusCodes.Status409Conflict, "too-many-profiles", "Too many profiles", string.Create(
            CultureInfo.InvariantCulture,
            $"{ProfileStore.MaxProfiles:#,0} profiles are stored. Delete others first: DELETE /api/profiles/NAME at `medqa serve`."));

    public static ProblemException NoQuestionSet(string sentence, int? line) => new(new ProblemDetails
    {
        Type = "urn:medqa:no-question-set",
        Title = "The body is not a question set",
        Status = StatusCodes.Status400BadRequest,
        Detail = sentence,
        Line = line,
    });

    public static ProblemException TooLarge(long most, bool isJson) =>
        New(StatusCodes.Status413PayloadTooLarge, "too-large", "The body is too large", isJson
            ? string.Create(CultureInfo.InvariantCulture, $"The body may have at most {most:#,0} bytes.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"A question set may have at most {most:#,0} bytes. Upload a larger one to the container question-sets."));

    public static ProblemException WrongMedia(string why) =>
        New(StatusCodes.Status415UnsupportedMediaType, "media-type", "Unsupported media type", why);

    public static ProblemException Empty(bool isJson) =>
        New(StatusCodes.Status400BadRequest, "empty-body", "The body is empty", isJson
            ? "Send a JSON object as the body; /openapi/v1.json describes its fields."
            : "Send a question set as the body, for example a CSV file with a header.");

    public static ProblemException NoPart(long length) => new(new ProblemDetails
    {
        Type = "urn:medqa:no-part",
        Title = "Range not satisfiable",
        Status = StatusCodes.Status416RangeNotSatisfiable,
        Detail = string.Create(
            CultureInfo.InvariantCulture,
            $"The header Range asks for none of the file's {length:#,0} bytes. Without the header, the whole file is sent."),
    })
    {
        FileLength = length,
    };

    public static ProblemException NotPossible(string run, RequestedAction action, RunState state)
    {
        var done = action == RequestedAction.Cancel ? "cancelled" : action == RequestedAction.Retry ? "retried" : "approved";
        return New(StatusCodes.Status409Conflict, "not-possible", "The run's state does not allow this", state.IsFinal()
            ? $"Run '{run}' is {EnumNames.Of(state)} and cannot be {done}."
            : $"Run '{run}' cannot be {done} while it is {EnumNames.Of(state)}.");
    }

    public static ProblemException BeingDeleted(string run) =>
        New(StatusCodes.Status409Conflict, "not-possible", "The run's state does not allow this", $"Run '{Shown(run)}' is being deleted.");

    public static ProblemException OtherRules(string why) =>
        New(StatusCodes.Status409Conflict, "other-rules", "The run uses another version of the evaluation rules", why);

    public static ProblemException Changed() =>
        New(StatusCodes.Status409Conflict, "changed", "The question set has changed", "The stored question set was replaced or deleted "
            + "while its run was being created. Send it again.");

    public static ProblemException Deleted(string run) =>
        New(StatusCodes.Status409Conflict, "deleted", "The run of this question set was deleted", $"Run '{run}' of this question set and "
            + "profile was deleted. Start a new run with again=true.");

    public static ProblemException NotComparable(string why) =>
        New(StatusCodes.Status409Conflict, "not-comparable", "The runs cannot be compared", why);

    public static ProblemException NotAcceptable(string offered) =>
        New(StatusCodes.Status406NotAcceptable, "not-acceptable", "Format not available", $"The available formats are {offered}.");

    public static ProblemException Precondition(string header) =>
        New(StatusCodes.Status412PreconditionFailed, "precondition", "Condition not supported", "This operation does not support "
            + $"the header {header}; nothing was changed. Send the request without it.");

    public static ProblemException AnnotationChanged() =>
        New(StatusCodes.Status412PreconditionFailed, "precondition", "Changed meanwhile", "If-Match does not have the current ETag: the "
            + "run's name, tags or note were changed since they were read, and nothing was changed now. Read them again, then repeat the "
            + "change.");

    public static ProblemException OtherTag(EntityTagHeaderValue? tag) =>
        New(StatusCodes.Status412PreconditionFailed, "precondition", "Precondition failed", tag is { IsWeak: false }
            ? $"If-Match does not have the current ETag, {tag}. Send the request without If-Match to read the current version."
            : "If-Match requires a strong ETag, and this resource has none. Send the request without it, or use If-None-Match to avoid "
                + "downloading an unchanged resource.");

    public static IResult Of(int status, string kind, string title, string detail) => New(status, kind, title, detail).Problem;

    private static ProblemException New(int status, string kind, string title, string detail) =>
        new(new ProblemDetails { Type = $"urn:medqa:{kind}", Title = title, Status = status, Detail = detail });

    /// <summary>Returns text that a caller sent, cut to 100 characters.</summary>
    internal static string Shown(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");
}
