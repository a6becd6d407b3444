using System.CommandLine;
using MedQA.LocalHost.Commands;

namespace MedQA.LocalHost.Tests.Commands;

/// <summary>Every command and every option, mistyped and given what it does not take.</summary>
public sealed class CommandLineFaultsTests
{
    [Fact]
    public void Every_mistyped_option_and_command_is_named_with_the_one_that_is_meant()
    {
        var seen = 0;
        foreach (var (path, command, inherited) in Commands(CommandLine.Create(), [], []))
        {
            foreach (var option in command.Options.Concat(inherited).Where(static option => option.Name.Length > 5))
            {
                var mistyped = option.Name.Remove(option.Name.Length - 2, 1);
                var fault = Assert.Single(Of([.. path, .. Filled(command), mistyped, "7"]));
                Assert.Contains($"`{string.Join(' ', path.Prepend("medqa"))}` has no option {mistyped} (is ", fault, StringComparison.Ordinal);
                Assert.Equal(fault, Assert.Single(Of([.. path, .. Filled(command), $"{mistyped}=7"])));
                seen++;
            }

            foreach (var sub in command.Subcommands.Where(static sub => sub.Name.Length > 3 && sub.Name != "tune"))
            {
                var fault = Assert.Single(Of([.. path, sub.Name.Remove(sub.Name.Length - 2, 1), "x"]));
                Assert.EndsWith($"(is {sub.Name} meant?).", fault, StringComparison.Ordinal);
                seen++;
            }
        }

        Assert.InRange(seen, 200, int.MaxValue);
    }

    [Fact]
    public void Every_option_with_one_dash_is_named_with_two()
    {
        var seen = 0;
        foreach (var (path, command, inherited) in Commands(CommandLine.Create(), [], []))
        {
            foreach (var name in command.Options.Concat(inherited).Select(static option => option.Name).Where(static name => name.StartsWith("--", StringComparison.Ordinal)))
            {
                foreach (string[] given in (string[][])[[name[1..], "7"], [$"{name[1..]}=7"]])
                {
                    Assert.Equal($"`{string.Join(' ', path.Prepend("medqa"))}` has no option {name[1..]}: use {name}, with two dashes.", Of([.. path, .. Filled(command), .. given])[0]);
                    seen++;
                }
            }
        }

        Assert.InRange(seen, 400, int.MaxValue);
    }

    [Fact]
    public void No_fault_names_a_type_of_dotnet_or_has_a_second_line()
    {
        foreach (var (path, command, inherited) in Commands(CommandLine.Create(), [], []))
        {
            foreach (var option in command.Options.Concat(inherited).Where(static option => option.Arity.MaximumNumberOfValues > 0))
            {
                string[][] lines = [[.. path, .. Filled(command), option.Name], [.. path, .. Filled(command), option.Name, "abc def"], [.. path, .. Filled(command), option.Name, "1", option.Name, "2"]];
                foreach (var fault in lines.SelectMany(Of))
                {
                    Assert.DoesNotContain("System.", fault, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', fault);
                }

                var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
                if (type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal))
                {
                    Assert.Contains(Of(lines[1]), fault => fault.StartsWith($"{option.Name} is 'abc def', but must be ", StringComparison.Ordinal) && fault.Contains("number", StringComparison.Ordinal));
                }
            }

            Assert.All(Of([.. path]), static fault => Assert.DoesNotContain("System.", fault, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("`medqa results` does not take 'b': it is one argument too many.", "results", "a", "b")]
    [InlineData("`medqa study delete` has no option --yes.", "study", "delete", "latest", "--yes")]
    [InlineData("`medqa compare` needs at least 2 RUN.", "compare", "a")]
    [InlineData("`medqa` needs a command.", "--quiet")]
    [InlineData("`medqa serve` has no option --port: use --urls, which takes the address to listen at: --urls http://127.0.0.1:8080.", "serve", "--port", "8080")]
    [InlineData("`medqa serve` has no option --host: use --urls, which takes the address to listen at: --urls http://127.0.0.1:8080.", "serve", "--host=0.0.0.0")]
    [InlineData("`medqa results` has no option --url: use --endpoint, which takes the address of a service: --endpoint http://127.0.0.1:5080.", "results", "--url", "http://127.0.0.1:5080")]
    [InlineData("`medqa run` has no option -profile: use --profile, with two dashes.", "run", "x.csv", "-profile", "few-shot")]
    [InlineData("`medqa run` has no option -profle (is --profile meant?).", "run", "x.csv", "-profle", "few-shot")]
    [InlineData("--output is 'xml', but must be one of csv, json, table.", "results", "--output", "xml")]
    [InlineData("--samples is '99999999999', but must be a whole number up to 2,147,483,647.", "run", "x.csv", "--samples", "99999999999")]
    [InlineData("--samples is given 2 times, but can be given once.", "run", "x.csv", "--samples", "3", "--samples", "4")]
    public void A_fault_says_what_to_do(string sentence, params string[] arguments) => Assert.Equal([sentence], Of(arguments));

    [Theory]
    [InlineData("run", "--", "--odd.csv")]
    [InlineData("run", "x.csv", "--seed", "-3")]
    [InlineData("run", "-", "--profile", "few-shot")]
    [InlineData("run", "--help", "--profle")]
    [InlineData("results")]
    public void What_can_be_meant_as_it_stands_is_no_fault(params string[] arguments) => Assert.Empty(Of(arguments));

    private static IReadOnlyList<string> Of(string[] arguments) => CommandLineFaults.Of(CommandLine.Create().Parse(arguments, CommandLineFaults.Parsing));

    /// <summary>As many arguments as a command needs.</summary>
    private static IEnumerable<string> Filled(Command command) => command.Arguments.SelectMany(static argument => Enumerable.Repeat("x", argument.Arity.MinimumNumberOfValues));

    private static IEnumerable<(string[] Path, Command Command, Option[] Inherited)> Commands(Command command, string[] path, Option[] inherited)
    {
        yield return (path, command, inherited);
        Option[] passed = [.. inherited, .. command.Options.Where(static option => option.Recursive)];
        foreach (var below in command.Subcommands.SelectMany(sub => Commands(sub, [.. path, sub.Name], passed)))
        {
            yield return below;
        }
    }
}
