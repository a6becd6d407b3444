using System.CommandLine;
using MedQA.Datasets;

namespace MedQA.Cli.Commands;

/// <summary>The options that say how a question set is to be read, of every command that reads one.</summary>
internal sealed class SetReadingOptions
{
    /// <summary>How the files name the right option.</summary>
    public Option<AnswerNotation> Notation { get; } = new("--answer-notation")
    {
        Description = $"How the files name the right option, where their rows leave that open: {AnswerNotationName.All}. Default: detect",
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

    /// <summary>Whether last options that only fill a place are missing ones.</summary>
    public Option<bool> DropFillers { get; } = new("--drop-fillers")
    {
        Description = "Take last options that only fill a place, as N/A, nan or -, for missing ones, as blank ones always are",
    };

    /// <summary>What was given.</summary>
    public SetReading Of(ParseResult parsed) => new(parsed.GetValue(Notation), parsed.GetValue(DropFillers));
}
