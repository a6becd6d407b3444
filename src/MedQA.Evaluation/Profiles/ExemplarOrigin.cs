using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Profiles;

/// <summary>Someone who wrote or reviewed worked examples.</summary>
/// <param name="Name">Their name or role.</param>
/// <param name="Clinician">Whether they are a clinician.</param>
public sealed record ExemplarPerson(string Name, bool Clinician = false)
{
    /// <summary>The most people that a set names.</summary>
    public const int MostNamed = 20;

    /// <summary>The longest name.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Returns what is wrong with a name, as the end of a sentence; <see langword="null"/> if nothing is.</summary>
    internal static string? FaultOfName(string name) =>
        string.IsNullOrWhiteSpace(name) ? "has an empty \"name\""
        : name.Length > MaxNameLength ? $"has a \"name\" of {name.Length} characters, more than {MaxNameLength}"
        : name.Any(static sign => char.IsControl(sign) || sign is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
        ? "has a \"name\" with a control character or one that changes the direction of text"
        : null;
}

/// <summary>Who wrote and reviewed a set of worked examples that a run uses. No part of a run's id.</summary>
/// <param name="Set">The set's name; <see langword="null"/> for the profile's own examples.</param>
/// <param name="Authors">Who wrote them; <see langword="null"/> if nothing says so.</param>
/// <param name="Reviewers">Who reviewed them, empty for nobody; <see langword="null"/> if nothing says so.</param>
public sealed record ExemplarOrigin(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Set,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<ExemplarPerson>? Authors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<ExemplarPerson>? Reviewers)
{
    /// <summary>What the examples are called in sentences.</summary>
    [JsonIgnore]
    public string Name => Set is null ? "the profile's own" : $"set {Set}";

    /// <summary>What readers must know of the review; <see langword="null"/> where a clinician reviewed the examples.</summary>
    [JsonIgnore]
    public string? Warning =>
        Reviewers is not { } reviewers ? $"Nothing says who reviewed these worked examples ({Name})."
        : reviewers.Any(static reviewer => reviewer.Clinician) ? null
        : $"No clinician reviewed these worked examples ({Name}).";

    /// <summary>Who wrote and who reviewed the examples.</summary>
    [JsonIgnore]
    public string Sentence => $"{Name}: written by {Listed(Authors, "nobody")}; reviewed by {Listed(Reviewers, "nobody")}";

    private static string Listed(ImmutableArray<ExemplarPerson>? people, string none) =>
        people is not { } known ? "unknown people"
        : known.IsEmpty ? none
        : string.Join(", ", known.Select(static person => $"{person.Name} ({(person.Clinician ? "clinician" : "no clinician")})"));
}
