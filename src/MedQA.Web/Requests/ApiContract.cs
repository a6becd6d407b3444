using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Requests;

/// <summary>The contract of a route, from which the OpenAPI document is generated and by which requests are validated.</summary>
public sealed record ApiContract
{
    /// <summary>Its query parameters and headers.</summary>
    public ImmutableArray<ApiParameter> Parameters { get; init; } = [];

    /// <summary>Whether the body is a question set.</summary>
    public bool TakesQuestionSet { get; init; }

    /// <summary>Whether the body is a profile: JSON with comments and trailing commas allowed, and all fields but two optional.</summary>
    public bool TakesProfile { get; init; }

    /// <summary>The type of a JSON body; <see langword="null"/> if it takes none.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>Whether responses have an ETag and support 304.</summary>
    public bool IsConditional { get; init; }

    /// <summary>
    /// Whether it reads or changes what several people can edit: responses have a strong ETag and are never compressed, and a change
    /// takes it in <c>If-Match</c>.
    /// </summary>
    public bool IsEdited { get; init; }

    /// <summary>
    /// Whether the response is a file, whose format the path decides; it is sent uncompressed and supports ranges.
    /// </summary>
    public bool IsFile { get; init; }

    /// <summary>Its successful responses.</summary>
    public required ImmutableArray<ApiAnswer> Answers { get; init; }

    /// <summary>Its problems.</summary>
    public required ImmutableArray<ApiProblem> Problems { get; init; }

    /// <summary>The formats of its responses.</summary>
    public ImmutableArray<string> MediaTypes { get =>
        field.IsDefault
            ? field = [.. Answers.SelectMany(static answer => answer.Contents).Select(static content => content.MediaType).Distinct()]
            : field; }

    /// <summary>
    /// Refuses a query with an unknown parameter, or with one that is repeated, has no value, or has a value that is not allowed.
    /// Names and values are case-sensitive.
    /// </summary>
    /// <exception cref="ProblemException">The query has such a parameter.</exception>
    internal void Check(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (Parameters.FirstOrDefault(parameter => !parameter.IsHeader && parameter.Name == name) is not { } known)
            {
                throw Problem.UnknownParameter(
                    name, [.. Parameters.Where(static parameter => !parameter.IsHeader).Select(static parameter => parameter.Name)]);
            }

            if (values is not [{ Length: > 0 } value])
            {
                throw Problem.BadParameter(name, values.Count > 1
                    ? $"must appear once, but appears {values.Count} times."
                    : "must have a value; omit it to use the default.");
            }

            if (!known.Values.IsEmpty && !known.Values.Contains(value))
            {
                throw Problem.BadParameter(name, $"must be one of {string.Join(", ", known.Values)}.");
            }
        }
    }
}

/// <summary>A parameter of a route.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The type of its value.</param>
/// <param name="Meaning">Its description.</param>
public sealed record ApiParameter(string Name, ApiParameterKind Kind, string Meaning)
{
    /// <summary>Whether it is a header; otherwise it is in the query.</summary>
    public bool IsHeader { get; init; }

    /// <summary>Whether it is required.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The allowed values, case-sensitive; empty for any.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>The minimum of a number.</summary>
    public double? Least { get; init; }

    /// <summary>The maximum of a number, or the maximum length of a text.</summary>
    public double? Most { get; init; }
}

/// <summary>The type of a parameter's value.</summary>
public enum ApiParameterKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    WholeNumber,

    /// <summary>A whole number of 64 bits.</summary>
    LongNumber,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,
}

/// <summary>A successful response of a route.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">Its description.</param>
/// <param name="Contents">Its formats, the default first; none for a response without a body.</param>
public sealed record ApiAnswer(int Status, string Meaning, params ImmutableArray<ApiContent> Contents);

/// <summary>A format of a response.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="MakeShape">Creates <see cref="Shape"/>; <see langword="null"/> for formats other than JSON.</param>
public sealed record ApiContent(string MediaType, Func<JsonTypeInfo>? MakeShape = null)
{
    /// <summary>
    /// The type of the JSON, or of each JSON line; <see langword="null"/> for other formats. Created on demand, because only the document
    /// needs it and all routes' shapes take a fifth of a second to create.
    /// </summary>
    public JsonTypeInfo? Shape => MakeShape?.Invoke();
}

/// <summary>A problem response of a route.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Kind">The problem's type after <c>urn:medqa:</c>.</param>
/// <param name="Meaning">Its description.</param>
public sealed record ApiProblem(int Status, string Kind, string Meaning);
