using System.Numerics;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Answers;

/// <summary>What the claims of a record amount to.</summary>
internal abstract record GoldAnswer
{
    /// <summary>The right option.</summary>
    public sealed record Option(int Index) : GoldAnswer;

    /// <summary>The right options, where several can be.</summary>
    public sealed record Options(OptionSet Set) : GoldAnswer;

    /// <summary>No field says which option is right.</summary>
    public sealed record Hidden : GoldAnswer;

    /// <summary>The record contradicts itself, and only itself.</summary>
    public sealed record Fault(string Reason) : GoldAnswer;

    /// <summary>The file's other rows must determine the notation.</summary>
    public sealed record NeedsEvidence : GoldAnswer;

    /// <summary>Not even the whole file determines the notation: the file must be refused.</summary>
    public sealed record Undecidable(string Sentence) : GoldAnswer;

    /// <summary>Decides which option is right.</summary>
    /// <param name="claims">What the record's fields say. All that say something must agree.</param>
    /// <param name="options">2 to 26 options.</param>
    /// <param name="evidence">What the whole file says about notations, or <see langword="null"/> before it was asked.</param>
    /// <param name="firstNumber">The number by which the record itself calls its first option; decides where the file does not.</param>
    public static GoldAnswer Decide(
        IReadOnlyList<GoldClaim> claims, IReadOnlyList<string> options, NotationEvidence? evidence, int? firstNumber = null)
    {
        var readings = Readings(claims, options, out var said);
        if (said.Length == 0)
        {
            return new Hidden();
        }

        if (OptionPlace.OtherLabels(options) is { } labels
            && Array.FindIndex(said, static claim => OptionPlace.Of(claim.Value) is not (null, null)) is >= 0 and var place)
        {
            return new Fault(
                $"{Named(said[place])} is a position, but the options are labelled {labels}: put them into the order of their labels, or "
                    + "remove those.");
        }

        var agreed = uint.MaxValue;
        for (var i = 0; i < readings.Length; i++)
        {
            if (readings[i].Any == 0)
            {
                return new Fault(Contradiction(said, i, options));
            }

            if (readings[i].IsAmbiguous && BitOperations.PopCount(Common(readings)) > 1)
            {
                if (evidence is null)
                {
                    return new NeedsEvidence();
                }

                var decided = evidence.Of(said[i].Field) & readings[i].Notations;
                decided = decided != AnswerNotations.None ? decided : Counted(firstNumber) & readings[i].Notations;
                if (BitOperations.PopCount((uint)decided) != 1)
                {
                    return Undecided(said[i], readings[i], evidence);
                }

                agreed &= readings[i].In(decided);
            }
            else
            {
                agreed &= readings[i].Any;
            }
        }

        return BitOperations.PopCount(agreed) switch
        {
            0 => new Fault($"{Named(said[0])} and {Named(said[^1])} name different options."),
            1 => new Option(BitOperations.TrailingZeroCount(agreed)),
            _ => new Fault($"{Named(said[0])} is the text of options {Letters(agreed)}: name the right one by its letter."),
        };
    }

    /// <summary>Decides which options are right, where several can be.</summary>
    /// <inheritdoc cref="Decide" path="/param"/>
    public static GoldAnswer DecideSet(
        IReadOnlyList<GoldClaim> claims, IReadOnlyList<string> options, NotationEvidence? evidence, int? firstNumber = null)
    {
        var readings = SetReadings(claims, options, out var said);
        if (said.Length == 0)
        {
            return new Hidden();
        }

        if (OptionPlace.OtherLabels(options) is { } labels
            && Array.FindIndex(said, static claim => claim.Parts.Any(static part => OptionPlace.Of(part) is not (null, null)))
                is >= 0 and var place)
        {
            return new Fault(
                $"{Named(said[place])} has positions, but the options are labelled {labels}: put them into the order of their labels, or "
                    + "remove those.");
        }

        var possible = Common(readings, static reading => reading.Sets);
        for (var i = 0; i < readings.Length && possible.Count != 1; i++)
        {
            if (said[i].ReadSet(options).Any == 0)
            {
                return new Fault(NotASet(said[i], options));
            }

            if (possible.Count == 0)
            {
                continue;
            }

            if (evidence is null)
            {
                return new NeedsEvidence();
            }

            if (readings[i].Sets.Count() == 1)
            {
                continue;
            }

            var decided = evidence.Of(said[i].Field) & readings[i].Notations;
            decided = decided != AnswerNotations.None ? decided : Counted(firstNumber) & readings[i].Notations;
            if (BitOperations.PopCount((uint)decided) != 1)
            {
                return Undecided(said[i], readings[i], evidence);
            }

            possible.IntersectWith([readings[i].In(decided)]);
        }

        return possible.Count == 1
            ? new Options(new OptionSet(possible.Single()))
            : new Fault($"{Named(said[0])} and {Named(said[^1])} name different options.");
    }

    /// <summary>
    /// Returns the sets that each claim that says something can mean, narrowed to what they all allow.
    /// </summary>
    /// <inheritdoc cref="Readings" path="/param"/>
    public static ClaimReading[] SetReadings(IReadOnlyList<GoldClaim> claims, IReadOnlyList<string> options, out GoldClaim[] said)
    {
        said = [.. claims.Where(claim => !claim.IsHiddenSet(options))];
        var readings = Array.ConvertAll(said, claim => claim.ReadSet(options));
        var common = Common(readings, static reading => reading.Sets);
        return Array.ConvertAll(readings, reading => reading.Among(common));
    }

    private static HashSet<uint> Common(ClaimReading[] readings, Func<ClaimReading, IEnumerable<uint>> setsOf)
    {
        HashSet<uint> common = [.. readings.Take(1).SelectMany(setsOf)];
        foreach (var reading in readings.Skip(1))
        {
            common.IntersectWith(setsOf(reading));
        }

        return common;
    }

    private static string NotASet(GoldClaim claim, IReadOnlyList<string> options) =>
        claim.Items is null && claim.Read(options).Text is not 0 and var text
            ? BitOperations.PopCount(text) > 1
                ? $"{Named(claim)} is the text of options {Letters(text)}: name the right ones by their letters."
                : $"{Named(claim)} is the text of option {Letters(text)}, and can be a list of several: set the answer notation "
                    + "(--answer-notation, over HTTP answerNotation) to letter or text, or write a JSON list."
            : $"{Named(claim)} is not a list of some of the {options.Count} options, each once: write their letters (\"A, C\"), numbers or "
                + "texts, or a JSON list of these.";

    /// <summary>
    /// Returns what each claim that says something can mean, narrowed to what they all allow; a claim that contradicts the others can mean
    /// nothing.
    /// </summary>
    /// <param name="claims">The record's claims.</param>
    /// <param name="options">Its options.</param>
    /// <param name="said">The claims that are not blank, in the same order as the readings.</param>
    public static ClaimReading[] Readings(IReadOnlyList<GoldClaim> claims, IReadOnlyList<string> options, out GoldClaim[] said)
    {
        said = [.. claims.Where(claim => !claim.IsHidden(options))];
        var readings = Array.ConvertAll(said, claim => claim.Read(options));
        var common = Common(readings);
        return Array.ConvertAll(readings, reading => reading.Within(common));
    }

    private static AnswerNotations Counted(int? firstNumber) => firstNumber switch
    {
        0 => AnswerNotations.FromZero,
        1 => AnswerNotations.FromOne,
        _ => AnswerNotations.None,
    };

    private static uint Common(ClaimReading[] readings) =>
        readings.Aggregate(uint.MaxValue, static (common, reading) => common & reading.Any);

    private static string Contradiction(GoldClaim[] said, int at, IReadOnlyList<string> options)
    {
        foreach (var claim in said)
        {
            if (claim.Read(options).Any == 0)
            {
                var several = claim.Several(options);
                if (several.Count < 2 && claim.ReadSet(options).Sets.ToArray() is [var set] && BitOperations.PopCount(set) > 1)
                {
                    several = [.. new OptionSet(set).Options.Select(static option => OptionLetter.Of(option).ToString())];
                }

                return several.Count > 1
                    ? $"{Named(claim)} names several right options ({string.Join(", ", several)}): where several options of a "
                        + "question can be right, say so for the whole set (--right-answers several, over HTTP rightAnswers=several)."
                    : claim.Value.AsSpan().Trim() is [> '\u007F' and not Sources.SourceText.Undecodable and var letter]
                        && char.IsLetter(letter)
                    ? $"{Named(claim)} is not one of the {options.Count} options: it is a letter of another alphabet (U+{(int)letter:X4}); "
                        + "write the Latin one."
                    : $"{Named(claim)} is not one of the {options.Count} options.";
            }
        }

        var other = said[at == 0 ? ^1 : 0];
        return $"{Named(said[at])} and {Named(other)} name different options.";
    }

    private static GoldAnswer Undecided(GoldClaim claim, ClaimReading reading, NotationEvidence evidence)
    {
        var seen = evidence.Of(claim.Field);
        if (reading.FromZero == reading.FromOne)
        {
            return seen == AnswerNotations.None
                ? new Undecidable(
                    $"{Named(claim)} can be a letter or an option's text, and no row of the file says which; set the answer notation "
                        + "(--answer-notation, over HTTP answerNotation) to letter or text, or rename the field to answer_letter or "
                        + "answer_text.")
                : new Fault(
                    $"{Named(claim)} can be a letter or an option's text: set the answer notation (--answer-notation, over HTTP "
                        + "answerNotation) to letter or text, or rename the field to answer_letter or answer_text.");
        }

        if ((seen & AnswerNotations.Number) == AnswerNotations.Number)
        {
            return new Undecidable($"field '{claim.Field}' counts options from 0 on line "
                + $"{evidence.LineOf(claim.Field, AnswerNotations.FromZero)} and from 1 on line "
                + $"{evidence.LineOf(claim.Field, AnswerNotations.FromOne)}; set the answer notation (--answer-notation, over HTTP "
                + "answerNotation) to fromZero or fromOne, or rename the field to answer_from_0 or answer_from_1.");
        }

        return seen == AnswerNotations.None
            ? new Undecidable($"{Named(claim)} counts options, but no row of the file says whether from 0 or from 1 (none has a 0, none "
                + "has its number of options); "
                + "set the answer notation (--answer-notation, over HTTP answerNotation) to fromZero or fromOne, or rename the field to "
                + "answer_from_0 or answer_from_1.")
            : new Fault(
                $"{Named(claim)} can mean several options, and the other rows are not numbered: set the answer notation "
                    + "(--answer-notation, over HTTP answerNotation), or name the right option by its letter.");
    }

    private static string Named(GoldClaim claim) => $"{claim.Field} '{Excerpt.Of(claim.Value)}'";

    private static string Letters(uint options) =>
        string.Join(
            " and ", Enumerable.Range(0, OptionLetter.MaxOptions).Where(index => (options >> index & 1) != 0).Select(OptionLetter.Of));
}
