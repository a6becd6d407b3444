using System.Text.Json.Serialization;

namespace MedQA.Contracts;

/// <summary>An error as RFC 9457 writes it.</summary>
public sealed record ProblemDetails
{
    /// <summary>What kind of problem it is, for programs: <c>urn:medqa:…</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The kind, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong with this request and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>The parameter at fault, if any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>The line of the body at fault, from 1, where it is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }
}
