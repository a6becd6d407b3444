using System.CommandLine;
using MedQA.Cli.Commands;

namespace MedQA.Cli.Tests.Commands;

/// <summary>Every command and every option, mistyped and given what it does not take.</summary>
public sealed class CommandLineFaultsTests
{
    private static readonly RootCommand Root = CommandLine.Create();

    [Fact]
    public void Every_mistyped_option_and_command_is_named_with_the_one_that_is_meant()
    {
        var seen = 0;
        foreach (var (path, command, inherited) in Commands(Root, [], []))
        {
            foreach (var option in command.Options.Concat(inherited).Where(static option => option.Name.Length > 5))
            {
                var mistyped = option.Name.Remove(option.Name.Length - 2, 1);
                var fault = Assert.Single(Of([.. path, .. Filled(command), mistyped, "7"]));
                Assert.Contains($"`{string.Join(' ', path.Prepend("medqa"))}` has no option {mistyped} (did you mean ", fault, StringComparison.Ordinal);
                Assert.Equal(fault, Assert.Single(Of([.. path, .. Filled(command), $"{mistyped}=7"])));
                seen++;
            }

            foreach (var sub in command.Subcommands.Where(static sub => sub.Name.Length > 3 && sub.Name != "tune"))
            {
                var fault = Assert.Single(Of([.. path, sub.Name.Remove(sub.Name.Length - 2, 1), "x"]));
                Assert.EndsWith($"(did you mean {sub.Name}?).", fault, StringComparison.Ordinal);
                seen++;
            }
        }

        Assert.InRange(seen, 200, int.MaxValue);
    }

    [Fact]
    public void Every_option_with_one_dash_is_named_with_two()
    {
        var seen = 0;
        foreach (var (path, command, inherited) in Commands(Root, [], []))
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
        foreach (var (path, command, inherited) in Commands(Root, [], []))
        {
            foreach (var option in command.Options.Concat(inherited).Where(static option => option.Arity.MaximumNumberOfValues > 0))
            {
                string[][] lines = [[.. path, .. Filled(command), option.Name], [.. path, .. Filled(command), option.Name, "abc def"], [.. path, .. Filled(command), option.Name, "1", option.Name, "2"]];
                foreach (var fault in lines.SelectMany(Of))
                {
                    Assert.DoesNotContain("System.", fault, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', fault);
                }

                if (IsNumber(option))
                {
                    Assert.Contains(Of(lines[1]), fault => fault.StartsWith($"{option.Name} is 'abc def', but must be ", StringComparison.Ordinal) && fault.Contains("number", StringComparison.Ordinal));
                }
            }

            Assert.All(Of([.. path]), static fault => Assert.DoesNotContain("System.", fault, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Of_several_values_the_one_that_is_not_taken_is_named() => Assert.Equal(
        ["--format is 'doc', but must be one of card, csv, eee, html, inspect, json, jsonl, lm-eval, md, parquet."], Of(["export", "latest", "--format", "json", "--format", "doc"]));

    [Fact]
    public void Every_command_and_option_in_another_case_is_named_as_it_is()
    {
        var seen = 0;
        foreach (var (path, command, inherited) in Commands(Root, [], []))
        {
            foreach (var sub in command.Subcommands)
            {
                foreach (var name in (string[])[sub.Name.ToUpperInvariant(), char.ToUpperInvariant(sub.Name[0]) + sub.Name[1..]])
                {
                    Assert.Equal($"`{string.Join(' ', path.Prepend("medqa"))}` has no command {name} (did you mean {sub.Name}?).", Assert.Single(Of([.. path, name, "x"])));
                    seen++;
                }
            }

            foreach (var option in command.Options.Concat(inherited).Select(static option => option.Name).Where(static name => name != "--version"))
            {
                Assert.EndsWith($" has no option {option.ToUpperInvariant()} (did you mean {option}?).", Assert.Single(Of([.. path, .. Filled(command), option.ToUpperInvariant(), "7"])), StringComparison.Ordinal);
                seen++;
            }
        }

        Assert.InRange(seen, 200, int.MaxValue);
    }

    [Fact]
    public void Every_number_out_of_its_range_is_told_the_range_that_a_word_is_told()
    {
        var seen = 0;
        foreach (var (path, command, _) in Commands(Root, [], []))
        {
            foreach (var option in command.Options.Where(static option => IsNumber(option) && (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) != typeof(long)))
            {
                var takes = Assert.IsType<INumberOption>(option, exactMatch: false).Takes;
                foreach (var value in (string[])["abc", "-1e300", "1e999", "NaN", "1,5", " "])
                {
                    Assert.Contains($"{option.Name} is '{value}', but must be {takes}.", Of([.. path, .. Filled(command), $"{option.Name}={value}"]));
                    seen++;
                }

                Assert.Contains($"{option.Name} needs a value: {takes}.", Of([.. path, .. Filled(command), option.Name]));
            }
        }

        Assert.InRange(seen, 90, int.MaxValue);
    }

    [Fact]
    public async Task Help_names_what_completes_to_runs_and_lists_none()
    {
        foreach (var (path, command, _) in Commands(Root, [], []).Where(static row => row.Command.Arguments.Any(static argument => argument.Name == "RUN")))
        {
            Assert.All(command.Arguments.Where(static argument => argument.Name == "RUN"), static argument => Assert.Equal("RUN", argument.HelpName));
            using var help = new StringWriter();
            await Root.Parse([.. path, "--help"], CommandLineFaults.Parsing).InvokeAsync(new InvocationConfiguration { Output = help }, TestContext.Current.CancellationToken);
            Assert.DoesNotContain("latest|", help.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("|latest", help.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_missing_is_said_with_the_file_that_is_not_there()
    {
        Assert.Equal(["No such file: nowhere.csv.", "`medqa import` needs --to FILE.csv."], Of(["import", "nowhere.csv"]));
        Assert.Equal(["No such file: one.csv.", "No such file: two.csv."], Of(["import", "one.csv", "two.csv", "--to", "x.csv"]));
        Assert.Equal(["`medqa import` needs --to FILE.csv."], Of(["import", "nowhere", "--suite", "multimedqa"]));
        Assert.Equal(
            ["No such file: a.csv.", "No such file: b.csv.", "No such file: c.txt.", "No such file: d.txt.", "`medqa study create` needs --raters RATERS."],
            Of(["study", "create", "--answers", "clinicians=a.csv", "--answers", "b.csv", "--instructions", "c.txt", "--consent", "d.txt"]));
    }

    [Theory]
    [InlineData("`medqa results` does not take 'b': too many arguments.", "results", "a", "b")]
    [InlineData("`medqa study delete` has no option --irrevocably.", "study", "delete", "latest", "--irrevocably")]
    [InlineData("`medqa compare` needs at least 2 runs.", "compare", "a")]
    [InlineData("`medqa` needs a command.", "--quiet")]
    [InlineData("`medqa serve` has no option --port: use --urls, which takes the address to listen on: --urls http://127.0.0.1:8080.", "serve", "--port", "8080")]
    [InlineData("`medqa serve` has no option --host: use --urls, which takes the address to listen on: --urls http://127.0.0.1:8080.", "serve", "--host=0.0.0.0")]
    [InlineData("`medqa results` has no option --url: use --endpoint, which takes the address of a service: --endpoint http://127.0.0.1:5080.", "results", "--url", "http://127.0.0.1:5080")]
    [InlineData("`medqa run` has no option -profile: use --profile, with two dashes.", "run", "x.csv", "-profile", "few-shot")]
    [InlineData("`medqa run` has no option -profle (did you mean --profile?).", "run", "x.csv", "-profle", "few-shot")]
    [InlineData("--output is 'xml', but must be one of csv, json, table.", "results", "--output", "xml")]
    [InlineData("--samples is '99999999999', but must be a whole number from 1 to 1,000.", "run", "x.csv", "--samples", "99999999999")]
    [InlineData("--samples is '0', but must be a whole number from 1 to 1,000.", "run", "x.csv", "--samples", "0")]
    [InlineData("--samples is 'abc', but must be a whole number from 1 to 1,000.", "estimate", "x.csv", "--samples", "abc")]
    [InlineData("--samples is '2.5', but must be a whole number from 1 to 1,000.", "estimate", "x.csv", "--samples", "2.5")]
    [InlineData("--price is '1,20', but must be a number from 0 to 1,000,000,000.", "estimate", "x.csv", "--price", "1,20")]
    [InlineData("--tolerance is 'NaN', but must be a number above 0.", "verify", "latest", "--tolerance", "NaN")]
    [InlineData("--seed is 'x', but must be a whole number from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807.", "run", "x.csv", "--seed", "x")]
    [InlineData("--samples needs a value: a whole number from 1 to 1,000.", "run", "x.csv", "--samples")]
    [InlineData("--width is '1', but must be a number between 0 and 1.", "study", "power", "--width", "1")]
    [InlineData("`medqa study judge` needs STUDY.", "study", "judge")]
    [InlineData("`medqa` has no command version: use `medqa --version`.", "version")]
    [InlineData("`medqa` has no command VERSION: use `medqa --version`.", "VERSION", "--quiet")]
    [InlineData("`medqa` has no option -v: use `medqa --version`.", "-v")]
    [InlineData("`medqa` has no option -V: use `medqa --version`.", "-V")]
    [InlineData("`medqa` has no option --Version: use `medqa --version`.", "--Version")]
    [InlineData("`medqa results` has no option --version: use `medqa --version`.", "results", "--version")]
    [InlineData("`medqa results` has no option -v.", "results", "-v")]
    [InlineData("`medqa` has no command HELP (did you mean help?).", "HELP")]
    [InlineData("--samples is given 2 times, but is allowed once.", "run", "x.csv", "--samples", "3", "--samples", "4")]
    public void A_fault_says_what_to_do(string sentence, params string[] arguments) => Assert.Equal([sentence], Of(arguments));

    [Theory]
    [InlineData("run", "--", "--odd.csv")]
    [InlineData("run", "x.csv", "--seed", "-3")]
    [InlineData("run", "-", "--profile", "few-shot")]
    [InlineData("run", "--help", "--profle")]
    [InlineData("results")]
    public void What_can_be_meant_as_it_stands_is_no_fault(params string[] arguments) => Assert.Empty(Of(arguments));

    private static IReadOnlyList<string> Of(string[] arguments) => CommandLineFaults.Of(Root.Parse(arguments, CommandLineFaults.Parsing));

    private static bool IsNumber(Option option) =>
        (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is var type && (type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal));

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
