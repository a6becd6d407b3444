using System.CommandLine;
using MedQA.Datasets;

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

    /// <summary>Whether trailing placeholder options are treated as missing.</summary>
    public Option<bool> DropFillers { get; } = new("--drop-fillers")
    {
        Description = "Treat trailing placeholder options (N/A, nan, -) as missing, like blank ones",
    };

    /// <summary>Returns the given options.</summary>
    public SetReading Of(ParseResult parsed) => new(parsed.GetValue(Notation), parsed.GetValue(DropFillers));
}
