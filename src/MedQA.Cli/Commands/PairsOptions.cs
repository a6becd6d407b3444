using System.CommandLine;
using MedQA.Evaluation;

namespace MedQA.Cli.Commands;

/// <summary>The options that ask for counterfactual pairs.</summary>
internal sealed class PairsOptions
{
    /// <summary>Whether they are asked for.</summary>
    public Option<bool> Pairs { get; } = new("--pairs")
    {
        Description = "Also what changes within pairs of questions that differ in one thing, such as the patient's sex: rows that share a "
            + "'pair' and differ in 'group' (docs/counterfactual-pairs.md)",
    };

    /// <summary>The metadata that names the pair.</summary>
    public Option<string> PairColumn { get; } = new("--pair-column")
    {
        Description = "With --pairs: the column that names the pair. Default: pair",
        HelpName = "NAME",
    };

    /// <summary>The metadata that names the group.</summary>
    public Option<string> GroupColumn { get; } = new("--group-column")
    {
        Description = "With --pairs: the column that names the group. Default: group",
        HelpName = "NAME",
    };

    /// <summary>The group that the others are compared with.</summary>
    public Option<string> Reference { get; } = new("--reference-group")
    {
        Description = "With --pairs: the group that the others are compared with. Default: the one with the most questions, of several "
            + "the first",
        HelpName = "GROUP",
    };

    /// <summary>Returns what is asked for; <see langword="null"/> if nothing is.</summary>
    /// <exception cref="InputException">An option says how pairs are compared, and they are not asked for.</exception>
    public AskedPairs? Of(ParseResult parsed)
    {
        if (parsed.GetValue(Pairs))
        {
            return new(parsed.GetValue(PairColumn), parsed.GetValue(GroupColumn), parsed.GetValue(Reference));
        }

        return ((Option<string>[])[PairColumn, GroupColumn, Reference]).FirstOrDefault(option => parsed.GetValue(option) is not null)
            is { } alone ? throw InputException.Of(alone.Name, "applies to --pairs: add that.") : null;
    }
}

/// <summary>Which counterfactual pairs are asked for.</summary>
/// <param name="Pair">The metadata that names the pair; <see langword="null"/> for the usual one.</param>
/// <param name="Group">The metadata that names the group; <see langword="null"/> for the usual one.</param>
/// <param name="Reference">The group that the others are compared with; <see langword="null"/> for the usual one.</param>
internal sealed record AskedPairs(string? Pair, string? Group, string? Reference);
