using System.CommandLine;
using System.Globalization;

namespace MedQA.Cli.Commands;

/// <summary>An option that takes a number of a range: whatever is wrong with its value, the same range is said.</summary>
internal interface INumberOption
{
    /// <summary>What it takes, as the end of a sentence.</summary>
    string Takes { get; }
}

/// <summary>The numbers that an option takes.</summary>
/// <param name="Takes">What they are, as the end of a sentence.</param>
/// <param name="Has">Whether a number is one of them; of a number that is none (NaN) too.</param>
internal sealed record NumberRange(string Takes, Func<double, bool> Has)
{
    /// <summary>Whole numbers.</summary>
    /// <param name="least">The least.</param>
    /// <param name="most">The greatest.</param>
    public static NumberRange Whole(int least, int most = int.MaxValue) => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least:#,0} to {most:#,0}"),
        number => number >= least && number <= most);

    /// <summary>Numbers from 0 to 1, both included.</summary>
    public static NumberRange Share { get; } = new("a number from 0 to 1", static number => number is >= 0 and <= 1);

    /// <summary>Numbers between 0 and 1, neither of them.</summary>
    public static NumberRange Between { get; } = new("a number between 0 and 1", static number => number is > 0 and < 1);
}

/// <summary>An option that takes a number of a range.</summary>
/// <typeparam name="T">The number's type, or that type or none.</typeparam>
internal sealed class NumberOption<T> : Option<T>, INumberOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="range">What it takes. The library takes 1,5 for 15; here a comma is no part of a number.</param>
    public NumberOption(string name, NumberRange range)
        : base(name)
    {
        Takes = range.Takes;
        Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }]
                && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && range.Has(number)))
            {
                given.AddError(Takes);
            }
        });
    }

    /// <inheritdoc/>
    public string Takes { get; }
}
