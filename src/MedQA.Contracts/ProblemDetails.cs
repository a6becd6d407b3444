using System.Text.Json.Serialization;

namespace MedQA.Contracts;

/// <summary>An error in the format of RFC 9457.</summary>
public sealed record ProblemDetails
{
    /// <summary>The machine-readable type of the problem: <c>urn:medqa:…</c>.</summary>
    public required string Type { get; init; }

    /// <summary>A short human-readable title.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong with this request and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>The parameter at fault, if any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>The line of the body at fault, from 1, if any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }
}
