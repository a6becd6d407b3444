using System.CommandLine;
using System.Globalization;

namespace MedQA.Cli.Commands;

/// <summary>An option that takes a number from a range. Its faults always state the range.</summary>
internal interface INumberOption
{
    /// <summary>The accepted numbers, as the end of a sentence.</summary>
    string Takes { get; }
}

/// <summary>A range of numbers that an option accepts.</summary>
/// <param name="Takes">The range, as the end of a sentence.</param>
/// <param name="Has">Returns whether a number is in the range; also called for NaN.</param>
internal sealed record NumberRange(string Takes, Func<double, bool> Has)
{
    /// <summary>Whole numbers.</summary>
    /// <param name="least">The least.</param>
    /// <param name="most">The greatest.</param>
    public static NumberRange Whole(int least, int most = int.MaxValue) => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least:#,0} to {most:#,0}"),
        number => number >= least && number <= most);

    /// <summary>Numbers from 0 to 1, inclusive.</summary>
    public static NumberRange Share { get; } = new("a number from 0 to 1", static number => number is >= 0 and <= 1);

    /// <summary>Numbers between 0 and 1, exclusive.</summary>
    public static NumberRange Between { get; } = new("a number between 0 and 1", static number => number is > 0 and < 1);
}

/// <summary>An option that takes a number of a range.</summary>
/// <typeparam name="T">The number's type, or its nullable type.</typeparam>
internal sealed class NumberOption<T> : Option<T>, INumberOption
{
    /// <summary>Creates the option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="range">The accepted numbers. Unlike in the library, which reads 1,5 as 15, a comma is not part of a number.</param>
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
