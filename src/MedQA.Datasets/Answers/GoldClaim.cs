using System.Globalization;
using System.Numerics;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Answers;

/// <summary>What one field of a record says about the right option.</summary>
/// <param name="Field">The field's name in the file, for messages.</param>
/// <param name="Value">Its value.</param>
/// <param name="Allowed">The notations that the field may use.</param>
internal readonly record struct GoldClaim(string Field, string Value, AnswerNotations Allowed)
{
    /// <summary>
    /// Returns whether the field says nothing: it is blank, −1, the usual mark of a hidden label, or what R, pandas and databases write for
    /// no value.
    /// </summary>
    public bool IsHidden(IReadOnlyList<string> options) =>
        string.IsNullOrWhiteSpace(Value)
        || (Value.AsSpan().Trim() is "NA" or "<NA>" or "\\N" && Read(options).Any == 0)
        || (Value.AsSpan().Trim() is "-1" or "-1.0"
            && Allows(AnswerNotations.Number)
            && !options.Any(static option => option.AsSpan().Trim() is "-1" or "-1.0"));

    /// <summary>What the value lists, where it is a list by its form, as in JSON; <see langword="null"/> for a text.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>Returns whether the field says nothing, as <see cref="IsHidden"/>, or lists nothing.</summary>
    public bool IsHiddenSet(IReadOnlyList<string> options) =>
        Items is { } items ? items.All(string.IsNullOrWhiteSpace) : IsHidden(options);

    /// <summary>Returns the texts that may be positions: the items of the list that it is, or may be.</summary>
    public IEnumerable<string> Parts => Items ?? SetCell.Lists(Value).FirstOrDefault() ?? [Value];

    /// <summary>
    /// Returns the set of options that the value can mean in each notation, where several options can be right; nothing if it can mean two
    /// in one, or is both an option's text and a list.
    /// </summary>
    public ClaimReading ReadSet(IReadOnlyList<string> options)
    {
        if (Items is { } items)
        {
            return ReadItems(items, options);
        }

        var found = IsHidden(options) ? default : ReadItems([Value], options);
        foreach (var list in SetCell.Lists(Value))
        {
            var listed = ReadItems(list, options);
            if (listed.Any == 0)
            {
                continue;
            }

            if (found.Any != 0 && found != listed)
            {
                return default;
            }

            found = listed;
        }

        return found;
    }

    private ClaimReading ReadItems(IReadOnlyList<string> items, IReadOnlyList<string> options)
    {
        var (field, allowed) = (Field, Allowed);
        var readings = items.Select(item => new GoldClaim(field, item, allowed).Read(options)).ToArray();
        return new(Of(static reading => reading.Letter), Of(static reading => reading.FromZero), Of(static reading => reading.FromOne),
            Of(static reading => reading.Text));

        // Every item names one option, and no two the same.
        uint Of(Func<ClaimReading, uint> notation)
        {
            var bits = 0u;
            foreach (var one in readings.Select(notation))
            {
                if (BitOperations.PopCount(one) != 1 || (bits & one) != 0)
                {
                    return 0;
                }

                bits |= one;
            }

            return bits;
        }
    }

    /// <summary>Returns the options that the value can mean in each notation.</summary>
    public ClaimReading Read(IReadOnlyList<string> options)
    {
        var value = Value.AsSpan().Trim();
        var (letter, fromZero, fromOne, text) = Place(Letter(value), Number(value), options.Count);
        if (Allows(AnswerNotations.Text))
        {
            text = Equal(value, options, StringComparison.Ordinal);
            text = text != 0 ? text : Equal(value, options, StringComparison.OrdinalIgnoreCase);
        }

        var strict = new ClaimReading(letter, fromZero, fromOne, text);
        return strict.Any != 0 ? strict : Leniently(options);
    }

    /// <summary>Several options that the value names at once; none if it does not.</summary>
    public IReadOnlyList<string> Several(IReadOnlyList<string> options) => OptionPlace.Several(Value, options.Count);

    /// <summary>Returns what the value can mean with words and marks around it: "Option B", "B. Digoxin", "digoxin.".</summary>
    private ClaimReading Leniently(IReadOnlyList<string> options)
    {
        var (letter, number) = OptionPlace.Of(Value);
        if (letter is not null || number is not null)
        {
            return Place(letter, number, options.Count);
        }

        var comparable = options.Select(OptionPlace.Comparable).ToArray();
        if (OptionPlace.WithText(Value) is { } place)
        {
            var said = OptionPlace.Comparable(place.Text);
            var named = Place(place.Letter, place.Number, options.Count);
            var equal = Bits(comparable, said);
            if ((named.Any & equal) != 0)
            {
                return named.Within(equal);
            }
        }

        return new ClaimReading(
            0, 0, 0, Allows(AnswerNotations.Text) ? Bits(comparable, OptionPlace.Comparable(OptionPlace.Bare(Value))) : 0);

        static uint Bits(string[] texts, string wanted) =>
            texts.Select((text, i) => text == wanted && wanted.Length > 0 ? 1u << i : 0).Aggregate(0u, static (all, bit) => all | bit);
    }

    private ClaimReading Place(int? letter, int? number, int count) => new(
        Allows(AnswerNotations.Letter) && letter < count ? 1u << letter.Value : 0,
        Allows(AnswerNotations.FromZero) && number < count ? 1u << number.Value : 0,
        Allows(AnswerNotations.FromOne) && number >= 1 && number <= count ? 1u << (number.Value - 1) : 0,
        0);

    private bool Allows(AnswerNotations any) => (Allowed & any) != AnswerNotations.None;

    /// <summary>B, b, (B), B) and B. are the letter B.</summary>
    private static int? Letter(ReadOnlySpan<char> value)
    {
        var bare = value is ['(', .., ')'] ? value[1..^1] : value is [.., ')' or '.'] ? value[..^1] : value;
        return bare.Length == 1 ? OptionLetter.IndexOf(bare[0]) : null;
    }

    /// <summary>2 and 2.0 (what table software makes of numbers next to blanks) are the number 2.</summary>
    private static int? Number(ReadOnlySpan<char> value)
    {
        var point = value.IndexOf('.');
        if (point > 0 && value[(point + 1)..].Trim('0').IsEmpty)
        {
            value = value[..point];
        }

        return value.Length <= 3 && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static uint Equal(ReadOnlySpan<char> value, IReadOnlyList<string> options, StringComparison comparison)
    {
        uint found = 0;
        for (var i = 0; i < options.Count; i++)
        {
            found |= options[i].AsSpan().Trim().Equals(value, comparison) ? 1u << i : 0;
        }

        return found;
    }
}

/// <summary>The options that a claim can mean, as bits (bit 0 is the first option), in each notation; 0 if it means none.</summary>
internal readonly record struct ClaimReading(uint Letter, uint FromZero, uint FromOne, uint Text)
{
    /// <summary>All options that it can mean in some notation.</summary>
    public uint Any => Letter | FromZero | FromOne | Text;

    /// <summary>The notations in which it means something.</summary>
    public AnswerNotations Notations =>
        (Letter != 0 ? AnswerNotations.Letter : AnswerNotations.None) | (FromZero != 0 ? AnswerNotations.FromZero : AnswerNotations.None)
        | (FromOne != 0 ? AnswerNotations.FromOne : AnswerNotations.None) | (Text != 0 ? AnswerNotations.Text : AnswerNotations.None);

    /// <summary>The different sets that it can mean, where each notation means a whole set.</summary>
    public IEnumerable<uint> Sets => new[] { Letter, FromZero, FromOne, Text }.Where(static set => set != 0).Distinct();

    /// <summary>Returns the same reading with only those notations whose whole set is one of these.</summary>
    public ClaimReading Among(IReadOnlySet<uint> sets) => new(
        sets.Contains(Letter) ? Letter : 0, sets.Contains(FromZero) ? FromZero : 0, sets.Contains(FromOne) ? FromOne : 0,
        sets.Contains(Text) ? Text : 0);

    /// <summary>Whether its notations disagree about the option.</summary>
    public bool IsAmbiguous => BitOperations.PopCount((uint)Notations) > 1 && BitOperations.PopCount(Any) > 1;

    /// <summary>Returns the same reading without the options that are not in <paramref name="options"/>.</summary>
    public ClaimReading Within(uint options) => new(Letter & options, FromZero & options, FromOne & options, Text & options);

    /// <summary>Returns the options that it means in one notation.</summary>
    public uint In(AnswerNotations notation) => notation switch
    {
        AnswerNotations.Letter => Letter,
        AnswerNotations.FromZero => FromZero,
        AnswerNotations.FromOne => FromOne,
        AnswerNotations.Text => Text,
        _ => throw new ArgumentOutOfRangeException(nameof(notation), notation, "One notation is meant."),
    };
}
