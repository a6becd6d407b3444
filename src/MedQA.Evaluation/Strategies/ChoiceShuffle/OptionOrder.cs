using System.Collections.Immutable;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Strategies.ChoiceShuffle;

/// <summary>
/// Shuffles options without changing what they mean. An option that refers to the others ("all of the above") stays in place, and the
/// options before it are only shuffled among themselves; where an option names others ("both A and C", "first two") it and they stay
/// in place, and so do equal options and fillers ("n/a"), which say nothing about a liking for letters.
/// </summary>
internal sealed class OptionOrder
{
    private readonly ImmutableArray<ImmutableArray<int>> _groups;

    public OptionOrder(ImmutableArray<string> options)
    {
        Count = options.Length;
        var isFixed = new bool[options.Length];
        var isBorder = new bool[options.Length];
        var reading = OptionReading.Of(options);
        foreach (var option in reading.OfOthers)
        {
            isBorder[option] = true;
        }

        foreach (var option in reading.Naming.Concat(reading.Equal).Concat(reading.Fillers))
        {
            isFixed[option] = true;
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

    /// <summary>Returns the order in which a sample sees the options: at each place the option's index in the question's order.</summary>
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
}
