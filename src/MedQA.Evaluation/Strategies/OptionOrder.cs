using System.Collections.Immutable;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Strategies;

/// <summary>
/// Shuffles options without changing what they mean. An option that speaks of those above it ("all of the above") stays in place, and the options in front of it are only shuffled among
/// themselves; where an option names others by letter ("both A and C") it and they stay in place.
/// </summary>
internal sealed class OptionOrder
{
    private readonly ImmutableArray<ImmutableArray<int>> _groups;

    public OptionOrder(ImmutableArray<string> options)
    {
        Count = options.Length;
        var isFixed = new bool[options.Length];
        var isBorder = new bool[options.Length];
        for (var option = 0; option < options.Length; option++)
        {
            isBorder[option] = SpeaksOfPlaces(options[option]);
            foreach (var named in LettersNamed(options[option]).Where(named => named < options.Length))
            {
                isFixed[named] = isFixed[option] = true;
            }
        }

        FixedOptions = Enumerable.Range(0, Count).Count(option => isFixed[option] || isBorder[option]);
        var groups = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        var group = ImmutableArray.CreateBuilder<int>();
        for (var option = 0; option < Count; option++)
        {
            if (isBorder[option])
            {
                groups.Add(group.ToImmutable());
                group.Clear();
            }
            else if (!isFixed[option])
            {
                group.Add(option);
            }
        }

        groups.Add(group.ToImmutable());
        _groups = groups.ToImmutable();
    }

    /// <summary>How many options there are.</summary>
    public int Count { get; }

    /// <summary>How many of them stay in place.</summary>
    public int FixedOptions { get; }

    /// <summary>The order in which a sample sees the options: at each place the option's index in the question's order.</summary>
    public ImmutableArray<int> Draw(RandomStream stream, int sample)
    {
        var order = Enumerable.Range(0, Count).ToArray();
        var draw = 0;
        foreach (var places in _groups)
        {
            for (var last = places.Length - 1; last > 0; last--)
            {
                var other = stream.Below(last + 1, draw++, sample);
                (order[places[last]], order[places[other]]) = (order[places[other]], order[places[last]]);
            }
        }

        return [.. order];
    }

    private static bool SpeaksOfPlaces(string option)
    {
        var words = option.Split([' ', ',', '.', '(', ')', '-', '/'], StringSplitOptions.RemoveEmptyEntries);
        return words.Any(static word => word.Equals("above", StringComparison.OrdinalIgnoreCase) || word.Equals("preceding", StringComparison.OrdinalIgnoreCase) || word.Equals("below", StringComparison.OrdinalIgnoreCase))
            || (words is [var first, .., var last] && first.ToLowerInvariant() is "all" or "none" or "any" or "both" or "neither" && last.ToLowerInvariant() is "these" or "them" or "options" or "choices");
    }

    /// <summary>Letters joined to each other ("A and B", "A, C", "b &amp; c"), or named as an option ("option B").</summary>
    private static IEnumerable<int> LettersNamed(string option)
    {
        var words = option.Replace("&", " & ", StringComparison.Ordinal).Replace("+", " & ", StringComparison.Ordinal).Replace("/", " & ", StringComparison.Ordinal).Replace(",", " & ", StringComparison.Ordinal)
            .Split([' ', '(', ')', '.'], StringSplitOptions.RemoveEmptyEntries);
        var named = new SortedSet<int>();
        for (var at = 0; at < words.Length; at++)
        {
            if (LetterOf(words[at]) is not { } letter)
            {
                continue;
            }

            if (at > 0 && words[at - 1].ToLowerInvariant() is "option" or "choice" or "options" or "choices" or "answer")
            {
                named.Add(letter);
            }

            if (at + 2 < words.Length && words[at + 1].ToLowerInvariant() is "and" or "or" or "&" or "nor" && LetterOf(words[at + 2]) is { } other)
            {
                named.Add(letter);
                named.Add(other);
            }
        }

        return named;
    }

    private static int? LetterOf(string word) => word.Length == 1 ? Questions.OptionLetter.IndexOf(word[0]) : null;
}
