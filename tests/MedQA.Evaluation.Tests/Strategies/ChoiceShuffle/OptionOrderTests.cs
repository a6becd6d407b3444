using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Strategies.ChoiceShuffle;

namespace MedQA.Evaluation.Tests.Strategies.ChoiceShuffle;

public sealed class OptionOrderTests
{
    public static TheoryData<string[], int> Options => new()
    {
        { ["Red", "Green", "Blue", "White"], 0 },
        { ["Red", "Green", "Blue", "All of the above"], 1 },
        { ["Red", "None of the above", "Blue", "White"], 1 },
        { ["Red", "Green", "Both A and B", "Neither"], 4 },
        { ["Red", "Green", "Blue", "AB"], 3 },
        { ["Red", "Green", "Blue", "First two"], 3 },
        { ["Red", "Green", "Blue", "以上都不是"], 1 },
        { ["Red", "Green", "Blue", "Todas las anteriores"], 1 },
        { ["Red", "Green", "red", "n/a"], 3 },
        { ["Hepatitis A", "Hepatitis B", "Hepatitis A and B", "Hepatitis E"], 0 },
        { ["Red", "Green", "a & b", "b & c"], 4 },
        { ["Vitamin A", "Vitamin B", "Hepatitis A virus", "A beta blocker"], 0 },
        { ["Red", "Green", "Blue", "All of these"], 1 },
        { ["Red", "Green", "Same as option A", "White"], 2 },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Options_that_speak_of_places_or_letters_stay_and_are_counted(string[] options, int expected)
    {
        var orders = new OptionOrder([.. options]);

        Assert.Equal(expected, orders.FixedOptions);
        for (var sample = 0; sample < 50; sample++)
        {
            var order = orders.Draw(new RandomStream(1), sample);
            Assert.Equal(Enumerable.Range(0, options.Length), order.Order());
            for (var place = 0; place < options.Length; place++)
            {
                if (options[place].Contains("above", StringComparison.Ordinal) || options[place].Contains("these", StringComparison.Ordinal) || options[place].Contains("Both A", StringComparison.Ordinal))
                {
                    Assert.Equal(place, order[place]);
                }
            }
        }
    }

    [Fact]
    public void What_stands_above_an_option_that_speaks_of_it_stays_above_it()
    {
        var orders = new OptionOrder(["Red", "Green", "None of the above", "Blue", "White"]);

        Assert.All(Enumerable.Range(0, 50), sample => Assert.Equal([0, 1], orders.Draw(new RandomStream(2), sample)[..2].Order()));
    }

    [Fact]
    public void All_orders_are_equally_likely()
    {
        var orders = new OptionOrder(["a", "b", "c"]);

        var counts = Enumerable.Range(0, 6000).Select(sample => string.Concat(orders.Draw(new RandomStream(3), sample))).GroupBy(static order => order).Select(static group => group.Count()).ToList();

        Assert.Equal(6, counts.Count);
        Assert.All(counts, static count => Assert.InRange(count, 880, 1120));
    }
}
