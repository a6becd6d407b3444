using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>
/// A model's size and family: what tables and plots set beside its accuracy. No part of its fingerprint, so no part of a run's id.
/// </summary>
public sealed record ModelFacts
{
    /// <summary>How many parameters it has; <see langword="null"/> if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Parameters { get; init; }

    /// <summary>
    /// How many of them take part in each token, of a mixture of experts; <see langword="null"/> for all, and where it is not known.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ActiveParameters { get; init; }

    /// <summary>Its family, such as <c>llama</c>; <see langword="null"/> if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Family { get; init; }

    /// <summary>Whether people stated the number of parameters; otherwise it was counted in the model's graph.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stated { get; init; }

    /// <summary>The number of parameters in words, such as <c>46.7B, of which 12.9B are active</c>.</summary>
    [JsonIgnore]
    public string? Size => Parameters is not { } all ? null
        : ActiveParameters is { } active ? $"{ParameterCount.Of(all)}, of which {ParameterCount.Of(active)} are active"
        : ParameterCount.Of(all);

    /// <summary>The facts, or <see langword="null"/> if nothing is known.</summary>
    public static ModelFacts? OrNull(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts is { Parameters: null, Family: null } ? null : facts;
    }

    /// <summary>
    /// Returns what is wrong with facts that people stated, as the rest of a sentence with the field; <see langword="null"/> if nothing is.
    /// </summary>
    /// <param name="parameters">The number of parameters, if it is stated.</param>
    /// <param name="activeParameters">How many of them are active, if that is stated.</param>
    /// <param name="family">The family, if it is stated.</param>
    /// <param name="isCounted">Whether the parameters can be counted where they are not stated.</param>
    public static JsonFault? FaultOf(
        JsonElement? parameters, JsonElement? activeParameters, string? family, bool isCounted = false)
    {
        const string Number = $"must be {ParameterCount.Forms}.";
        if (parameters is { } all && ParameterCount.Find(all) is null)
        {
            return new JsonFault("parameters", Number);
        }

        if (activeParameters is { } active && ParameterCount.Find(active) is null)
        {
            return new JsonFault("activeParameters", Number);
        }

        if (activeParameters is not null && parameters is null && !isCounted)
        {
            return new JsonFault("activeParameters", "needs 'parameters' beside it: how many there are in all.");
        }

        if (activeParameters is { } some && parameters is { } whole && ParameterCount.Find(some) > ParameterCount.Find(whole))
        {
            return new JsonFault("activeParameters", "must not be more than 'parameters'.");
        }

        if (family?.AsSpan().ContainsAny('\r', '\n') == true)
        {
            return new JsonFault("family", "must be a name on one line.");
        }

        return family is not null && (family.Length is 0 or > 64 || string.IsNullOrWhiteSpace(family) || family.Any(char.IsControl))
            ? new JsonFault("family", "must be a name of 1 to 64 characters.")
            : null;
    }
}

/// <summary>Numbers of parameters, as people write them: 134.5M, 7B, 1.2T.</summary>
public static class ParameterCount
{
    /// <summary>What is read, as a part of a sentence.</summary>
    public const string Forms = "a number of parameters above 0: a whole number, such as 7000000000, or a text with K, M, B or T behind a "
        + "number, such as \"134.5M\", \"7B\" or \"1.2T\"";

    private static readonly (double Factor, char Letter)[] Units = [(1e12, 'T'), (1e9, 'B'), (1e6, 'M'), (1e3, 'K')];

    /// <summary>Writes a number with at most one decimal.</summary>
    public static string Of(long count)
    {
        foreach (var (factor, letter) in Units)
        {
            // What rounds to a thousand of the lesser unit is written in this one.
            if (count >= factor * 0.99995)
            {
                return (count / factor).ToString("0.#", CultureInfo.InvariantCulture) + letter;
            }
        }

        return count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a number above 0 with a letter for its unit (K, M, B, T) or without; <see langword="null"/> if it is none.</summary>
    public static long? Find(string? text)
    {
        var (number, factor) = (text?.Trim() ?? "", 1.0);
        foreach (var (unit, letter) in Units)
        {
            if (number.Length > 1 && char.ToUpperInvariant(number[^1]) == letter)
            {
                (number, factor) = (number[..^1], unit);
            }
        }

        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && Math.Round(value * factor) is >= 1 and <= 1e15 and var count
            ? (long)count
            : null;
    }

    /// <summary>Reads a number or a text of JSON; <see langword="null"/> if it is neither.</summary>
    public static long? Find(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number =>
            value.TryGetDouble(out var count) && double.IsInteger(count) && count is >= 1 and <= 1e15 ? (long)count : null,
        JsonValueKind.String => Find(value.GetString()),
        _ => null,
    };
}
