using System.Collections.Immutable;

namespace MedQA.Evaluation.Questions;

/// <summary>
/// What a question's options are besides answers: equal ones, fillers ("n/a"), and options that refer to the others ("all of the above").
/// </summary>
public sealed record OptionReading
{
    /// <summary>Options that are equal to another one, but for case and white space.</summary>
    public ImmutableArray<int> Equal { get; private init; } = [];

    /// <summary>Options that only fill a place: no one who guesses would choose them.</summary>
    public ImmutableArray<int> Fillers { get; private init; } = [];

    /// <summary>Options that refer to the others, or to those above or below them, without naming one.</summary>
    public ImmutableArray<int> OfOthers { get; private init; } = [];

    /// <summary>Options that name others by letter or place, and those that they name.</summary>
    public ImmutableArray<int> Naming { get; private init; } = [];

    /// <summary>Whether the option's meaning depends on the order of the options.</summary>
    public bool RefersToOthers => !OfOthers.IsEmpty || !Naming.IsEmpty;

    /// <summary>Returns whether an option only fills a place, as "n/a".</summary>
    public static bool IsFiller(string option) => OptionText.Of(option).IsFiller;

    /// <summary>Reads options.</summary>
    public static OptionReading Of(ImmutableArray<string> options)
    {
        var texts = options.IsDefault ? [] : options.Select(OptionText.Of).ToArray();
        var naming = new SortedSet<int>();

        // Where options are letters themselves (blood groups), letters are answers and name nothing.
        var letters = texts.Any(text => text.Plain is [>= 'a' and var letter] && letter - 'a' < texts.Length);
        for (var option = 0; option < texts.Length; option++)
        {
            var named =
                texts[option].Places(option, texts.Length).Concat(letters ? [] : texts[option].Letters(option, texts.Length)).ToArray();
            if (named.Length > 0)
            {
                naming.Add(option);
                naming.UnionWith(named);
            }
        }

        return new OptionReading
        {
            Equal = [.. texts.Select(static (text, option) => (text.Plain, option))
                .GroupBy(static text => text.Plain)
                .Where(static equal => equal.Count() > 1)
                .SelectMany(static equal => equal.Select(static text => text.option))
                .Order()],
            Fillers = [.. Enumerable.Range(0, texts.Length).Where(option => texts[option].IsFiller)],
            OfOthers = [.. Enumerable.Range(0, texts.Length).Where(option => texts[option].IsOfOthers)],
            Naming = [.. naming],
        };
    }

    /// <summary>Returns how many options can be chosen: all but the fillers. A filler that is the right option counts.</summary>
    /// <param name="options">How many options there are.</param>
    /// <param name="gold">The right ones; <see langword="null"/> if they are not known.</param>
    public int Choosable(int options, OptionSet? gold)
    {
        var fillers = Fillers.Count(filler => gold?.Contains(filler) != true);
        return fillers < options ? options - fillers : options;
    }
}
