using System.CommandLine;
using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Cli.Commands;

/// <summary>The options that search, filter and sort the list of runs.</summary>
internal sealed class RunListOptions
{
    /// <summary>The words to find.</summary>
    public Option<string> Search { get; } = new("--search")
    {
        Description = "List only runs that have each of these words in their names, tags, note, profile, model, host or id",
        HelpName = "WORDS"
    };

    /// <summary>The tag.</summary>
    public Option<string> Tag { get; } = new("--tag") { Description = "List only runs with this tag", HelpName = "TAG" };

    /// <summary>The kind of runs.</summary>
    public Option<RunFilter?> Filter { get; } = Names<RunFilter>(
        "--filter", "FILTER", "List only runs of this kind; accepted are all but rejected uploads");

    /// <summary>The order.</summary>
    public Option<RunOrder?> Order { get; } = Names<RunOrder>("--order", "ORDER", "The order of the list. Default: newest");

    /// <summary>Returns what was given, or <see langword="null"/> if all runs are listed, newest first.</summary>
    /// <exception cref="InputException">No words, or no tag.</exception>
    public RunListQuery? Of(ParseResult parsed)
    {
        var query = new RunListQuery
        {
            Search = Text(parsed, Search),
            Tag = Text(parsed, Tag),
            Filter = parsed.GetValue(Filter) is { } filter ? EnumNames.Of(filter) : null,
            Order = parsed.GetValue(Order) is { } order ? EnumNames.Of(order) : null,
        };
        return query == new RunListQuery() ? null : query;
    }

    private static string? Text(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is not { } text ? null
        : string.IsNullOrWhiteSpace(text) ? throw InputException.Of(option.Name, "is empty.")
        : text.Trim();

    private static Option<T?> Names<T>(string name, string value, string description)
        where T : struct, Enum => new(name)
    {
        Description = $"{description}: {string.Join(", ", EnumNames.All<T>())}",
        HelpName = value,
        CustomParser = result =>
        {
            var given = result.Tokens is [var token] ? token.Value : "";
            if (EnumNames.Find<T>(given) is { } known)
            {
                return known;
            }

            result.AddError($"{name} is '{given}', but must be one of {string.Join(", ", EnumNames.All<T>())}.");
            return null;
        },
    };
}
