using System.CommandLine;
using MedQA.Cli.Commands;
using MedQA.Tuning.Commands;

namespace MedQA.Tuning.Tests.Commands;

/// <summary>Every number that the program takes, given what it does not take.</summary>
public sealed class NumberOptionTests
{
    [Fact]
    public void Every_number_out_of_its_range_is_told_the_range_that_a_word_is_told()
    {
        var root = new RootCommand();
        TuneCommand.AddTo(root);
        var seen = 0;
        foreach (var option in root.Options.Where(static option => option.ValueType == typeof(int?) || option.ValueType == typeof(double?)))
        {
            var takes = Assert.IsType<INumberOption>(option, exactMatch: false).Takes;
            foreach (var value in (string[])["abc", "-1", "1e300", "NaN", "1,5"])
            {
                Assert.Contains($"{option.Name} is '{value}', but must be {takes}.", CommandLineFaults.Of(root.Parse([$"{option.Name}={value}"], CommandLineFaults.Parsing), "medqa tune"));
                seen++;
            }
        }

        Assert.True(seen >= 40, $"Only {seen} values.");
    }
}
