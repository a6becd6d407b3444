using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Requests;

/// <summary>What a route takes and answers with: the document of the interface is made of it, and requests are checked by it.</summary>
public sealed record ApiContract
{
    /// <summary>The parameters of the query and the headers that it reads.</summary>
    public ImmutableArray<ApiParameter> Parameters { get; init; } = [];

    /// <summary>Whether the body is a question set.</summary>
    public bool TakesQuestionSet { get; init; }

    /// <summary>The type whose JSON the body is; <see langword="null"/> where it takes none.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>Whether answers have an ETag, and 304 is sent to those who have them.</summary>
    public bool IsConditional { get; init; }

    /// <summary>
    /// Whether the answer is a file, whose format the path decides: it is sent as it stands, and a part of it where that is asked for.
    /// </summary>
    public bool IsFile { get; init; }

    /// <summary>What it answers with where nothing is wrong.</summary>
    public required ImmutableArray<ApiAnswer> Answers { get; init; }

    /// <summary>What can be wrong.</summary>
    public required ImmutableArray<ApiProblem> Problems { get; init; }

    /// <summary>The formats of its answers.</summary>
    public ImmutableArray<string> MediaTypes { get =>
        field.IsDefault
            ? field = [.. Answers.SelectMany(static answer => answer.Contents).Select(static content => content.MediaType).Distinct()]
            : field; }

    /// <summary>
    /// Refuses a query that says something else than the route understands: a parameter that it does not have, or one that comes more than
    /// once, without a value, or with none of the values that it can have. Names and values are meant letter by letter.
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
/// <param name="Kind">What its text is.</param>
/// <param name="Meaning">What it does, for people.</param>
public sealed record ApiParameter(string Name, ApiParameterKind Kind, string Meaning)
{
    /// <summary>Whether it is a header; else it is of the query.</summary>
    public bool IsHeader { get; init; }

    /// <summary>Whether the route cannot do without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The texts that are allowed, letter by letter; empty for any.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>The least number, where it is one.</summary>
    public double? Least { get; init; }

    /// <summary>The greatest number, where it is one; the most characters of a text.</summary>
    public double? Most { get; init; }
}

/// <summary>What a parameter's text is.</summary>
public enum ApiParameterKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    WholeNumber,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,
}

/// <summary>An answer of a route.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">When it comes, for people.</param>
/// <param name="Contents">Its formats, the usual one first; none for an answer without a body.</param>
public sealed record ApiAnswer(int Status, string Meaning, params ImmutableArray<ApiContent> Contents);

/// <summary>A format of an answer.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="MakeShape">Makes <see cref="Shape"/>; <see langword="null"/> for other formats than JSON.</param>
public sealed record ApiContent(string MediaType, Func<JsonTypeInfo>? MakeShape = null)
{
    /// <summary>
    /// The type whose JSON it is, of each line where it has lines; <see langword="null"/> for other formats. Only documents need it, and
    /// those of all routes take a fifth of a second to make: it is made when it is asked for.
    /// </summary>
    public JsonTypeInfo? Shape => MakeShape?.Invoke();
}

/// <summary>Something that can be wrong with a request, or with the service.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Kind">The problem's type behind <c>urn:medqa:</c>.</param>
/// <param name="Meaning">When it comes, for people.</param>
public sealed record ApiProblem(int Status, string Kind, string Meaning);
