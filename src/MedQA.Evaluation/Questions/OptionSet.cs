using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Questions;

/// <summary>
/// Some of a question's options: the right ones, or those that an answer chooses, where several can be right. Written as their letters
/// in order, <c>ACD</c>, so that it is never taken for the index of one option.
/// </summary>
/// <param name="Bits">Bit 0 for the first option; 0 for no option at all.</param>
[JsonConverter(typeof(OptionSetConverter))]
public readonly record struct OptionSet(uint Bits)
{
    /// <summary>How many options it has.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>The options, 0-based, in order.</summary>
    public IEnumerable<int> Options
    {
        get
        {
            for (var rest = Bits; rest != 0; rest &= rest - 1)
            {
                yield return BitOperations.TrailingZeroCount(rest);
            }
        }
    }

    /// <summary>Returns the set of some options.</summary>
    /// <param name="options">0-based, below <see cref="OptionLetter.MaxOptions"/>; their order and repetitions play no part.</param>
    public static OptionSet Of(params IEnumerable<int> options) =>
        new(options.Aggregate(0u, static (bits, option) => bits | 1u << (OptionLetter.Of(option) - 'A')));

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <returns><see langword="null"/> for any other text, as letters out of order.</returns>
    public static OptionSet? Find(string? letters)
    {
        if (string.IsNullOrEmpty(letters) || !letters.All(static letter => letter is >= 'A' and <= 'Z'))
        {
            return null;
        }

        var set = Of(letters.Select(static letter => letter - 'A'));
        return set.ToString() == letters ? set : null;
    }

    /// <summary>Returns whether an option is in it.</summary>
    /// <param name="option">0-based.</param>
    public bool Contains(int option) => option is >= 0 and < 32 && (Bits >> option & 1) != 0;

    /// <summary>Returns the letters of its options in order: <c>ACD</c>.</summary>
    public override string ToString() => string.Concat(Options.Select(OptionLetter.Of));
}

/// <summary>Sets of options in JSON: a text of their letters in order.</summary>
public sealed class OptionSetConverter : JsonConverter<OptionSet>
{
    /// <inheritdoc/>
    public override OptionSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? OptionSet.Find(reader.GetString()) : null)
        ?? throw new JsonException("The value must be the letters of options, in order and each once, as in \"ACD\".");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OptionSet value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
