using System.CommandLine;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>The options that control how question sets are read.</summary>
internal sealed class SetReadingOptions
{
    /// <summary>The notation of the right option.</summary>
    public Option<AnswerNotation> Notation { get; } = new("--answer-notation")
    {
        Description = $"Notation of the right option, if the rows leave it open: {AnswerNotationName.All}. Default: detect",
        HelpName = "NOTATION",
        CustomParser = static result =>
        {
            var name = result.Tokens is [var token] ? token.Value : "";
            if (AnswerNotationName.Find(name) is { } notation)
            {
                return notation;
            }

            result.AddError($"--answer-notation is '{name}', but must be {AnswerNotationName.All}.");
            return AnswerNotation.Detect;
        },
    };

    /// <summary>How many options of a question can be right.</summary>
    public Option<RightAnswers> RightAnswers { get; } = new("--right-answers")
    {
        Description = "Right options of a question: one or several. With several, every question asks for all of its right options. "
            + "Default: one",
        HelpName = "one|several",
        CustomParser = static result =>
        {
            var name = result.Tokens is [var token] ? token.Value : "";
            if (EnumNames.Find<RightAnswers>(name) is { } right)
            {
                return right;
            }

            result.AddError($"--right-answers is '{name}', but must be {string.Join(" or ", EnumNames.All<RightAnswers>())}.");
            return Datasets.RightAnswers.One;
        },
    };

    /// <summary>Whether trailing placeholder options are treated as missing.</summary>
    public Option<bool> DropFillers { get; } = new("--drop-fillers")
    {
        Description = "Treat trailing placeholder options (N/A, nan, -) as missing, like blank ones",
    };

    /// <summary>How many questions are asked, from the first on.</summary>
    public NumberOption<int?> Limit { get; } = new("--limit", NumberRange.Whole(1, SetReading.MaxSize))
    {
        Description = "Ask only the first N usable questions of each file",
        HelpName = "N",
    };

    /// <summary>How many questions are asked, chosen at random.</summary>
    public NumberOption<int?> Sample { get; } = new("--sample", NumberRange.Whole(1, SetReading.MaxSize))
    {
        Description = "Ask only N usable questions of each file, chosen at random and the same each time (--samples is the number of "
            + "answers per question)",
        HelpName = "N",
    };

    /// <summary>Which columns hold which part of a question.</summary>
    public Option<ColumnMap?> Map { get; } = new("--map")
    {
        Description = "Columns whose names do not say what they hold: gold=right_letter,option_a=op1, or a JSON file. The part metadata "
            + "keeps a column beside the question",
        HelpName = "PART=COLUMN,…|FILE",
        CustomParser = static result =>
        {
            var given = result.Tokens is [var token] ? token.Value : "";
            var text = given;
            if (given.Length > 0 && !given.Contains('=', StringComparison.Ordinal))
            {
                try
                {
                    // A longer text is no map: what is read of it suffices to say so.
                    using var file = RegularFile.OpenText(given);
                    var read = new char[ColumnMap.MaxLength + 1];
                    text = new string(read, 0, file.ReadBlock(read));
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    result.AddError($"--map {given} is no PART=COLUMN, and cannot be read as a file: {exception.Message}");
                    return null;
                }
            }

            if (ColumnMap.TryParse(text, out var map, out var fault))
            {
                return map;
            }

            result.AddError($"--map {fault}.");
            return null;
        },
    };

    /// <summary>Returns the given options.</summary>
    /// <exception cref="InputException">Two of them contradict each other.</exception>
    public SetReading Of(ParseResult parsed)
    {
        var (limit, sample) = (parsed.GetValue(Limit), parsed.GetValue(Sample));
        return limit is null || sample is null
            ? new(
                parsed.GetValue(Notation),
                parsed.GetValue(DropFillers),
                limit,
                sample,
                parsed.GetValue(Map),
                RightAnswers: parsed.GetValue(RightAnswers))
            : throw new InputException(
                new FaultLocation(Parameter: "--sample"), "--sample and --limit are both given", "Use one of them");
    }
}
