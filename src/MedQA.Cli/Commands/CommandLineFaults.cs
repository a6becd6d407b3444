using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using MedQA.Evaluation;

namespace MedQA.Cli.Commands;

/// <summary>
/// Describes what is wrong with a command line. The parser's own messages name .NET types and treat unknown options as files.
/// </summary>
internal static class CommandLineFaults
{
    /// <summary>The help command, which the parser does not know.</summary>
    public const string Help = "help";

    private const string Version = "--version";
    private const int ShortName = 4;

    /// <summary>
    /// The parser configuration. Short options cannot be bundled: <c>-profile</c> would mean <c>-p</c> with the value <c>rofile</c>.
    /// </summary>
    public static ParserConfiguration Parsing { get; } = new() { EnablePosixBundling = false };

    /// <summary>
    /// Names that other programs use for an option, the option here, and its value; an option with a similar name may have another
    /// purpose.
    /// </summary>
    private static readonly ImmutableArray<(string? Command, string[] Names, string Option, string Takes)> Elsewhere =
    [
        ("serve", [
            "port",
            "host",
            "listen",
            "bind",
            "address",
            "url"
        ], "--urls", "which takes the address to listen on: --urls http://127.0.0.1:8080"),
        (null, [
            "port",
            "host",
            "server",
            "address",
            "url",
            "urls"
        ], "--endpoint", "which takes the address of a service: --endpoint http://127.0.0.1:5080"),
    ];

    /// <summary>Returns the faults, one sentence each; none if the command line is valid.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="program">The name of the root command.</param>
    public static IReadOnlyList<string> Of(ParseResult parsed, string program = "medqa")
    {
        ArgumentNullException.ThrowIfNull(parsed);

        // --help and --version ignore everything else on the line.
        if (parsed.Action is { ClearsParseErrors: true })
        {
            return [];
        }

        // What follows an unknown option is its value or the next argument; since that is unknown, it is not reported.
        if (UnknownOptions(parsed, program).ToList() is { Count: > 0 } unknown)
        {
            return unknown;
        }

        if (parsed.UnmatchedTokens is [var word, ..])
        {
            return [UnknownWord(parsed.CommandResult, word, program)];
        }

        // Wrong arguments are reported before missing ones.
        return [.. parsed.Errors.OrderBy(static error => error.SymbolResult is OptionResult { Tokens: [] })
            .Select(error => Sentence(parsed, error, program))
            .Distinct()];
    }

    /// <summary>Returns the command as typed, with its parents.</summary>
    /// <param name="command">The command.</param>
    /// <param name="program">The name of the root command.</param>
    public static string PathOf(CommandResult command, string program = "medqa") =>
        command.Parent is CommandResult parent ? $"{PathOf(parent, program)} {command.Command.Name}" : program;

    private static IEnumerable<string> UnknownOptions(ParseResult parsed, string program)
    {
        // Everything after -- is taken literally.
        var verbatim = parsed.Tokens.SkipWhile(static token => token.Type != TokenType.DoubleDash)
            .Select(static token => token.Value)
            .ToHashSet(StringComparer.Ordinal);
        var options = OptionsOf(parsed.CommandResult).SelectMany(static option => option.Aliases.Append(option.Name)).ToList();
        var given = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(static argument => argument.Tokens)
            .Select(static token => token.Value)
            .Concat(parsed.UnmatchedTokens);
        foreach (var word in given.Where(word => IsOption(word) && !verbatim.Contains(word)).Distinct())
        {
            var name = word.Split('=', ':')[0];
            var path = PathOf(parsed.CommandResult, program);
            var isVersion = name.TrimStart('-').ToUpperInvariant() is var letters
                && (letters == "VERSION" || (letters == "V" && parsed.CommandResult.Parent is null));
            var instead = isVersion && !options.Contains($"-{name}") ? $": use `{program} {Version}`"
                : options.Contains($"-{name}") ? $": use -{name}, with two dashes"
                : Elsewhere.Where(
                    row => row.Names.Contains(name.TrimStart('-'))
                        && options.Contains(row.Option)
                        && (row.Command is null || row.Command == parsed.CommandResult.Command.Name))
                    .Select(static row => $": use {row.Option}, {row.Takes}").FirstOrDefault() ?? Meant(name, options);
            yield return $"`{path}` has no option {name}{instead}.";
        }
    }

    private static bool IsOption(string word) =>
        word.Length > 1 && word[0] == '-' && !double.TryParse(word, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<Option> OptionsOf(CommandResult command) => command.Parent is CommandResult parent
        ? command.Command.Options.Concat(OptionsOf(parent).Where(static option => option.Recursive))
        : command.Command.Options;

    private static string UnknownWord(CommandResult command, string word, string program)
    {
        var commands = command.Command.Subcommands.Select(static sub => sub.Name).ToList();
        var isRoot = command.Parent is null;
        return commands.Count > 0 && command.Command.Arguments.Count == 0
            ? $"`{PathOf(command, program)}` has no command {word}"
                + (isRoot && word.Equals("version", StringComparison.OrdinalIgnoreCase)
                    ? $": use `{program} {Version}`."
                    : $"{Meant(word, isRoot ? commands.Append(Help) : commands)}.")
            : $"`{PathOf(command, program)}` does not take '{word}': too many arguments.";
    }

    /// <summary>
    /// Typing errors seldom change both ends of a name, or the first letter of a short one. Without these limits all short names would be
    /// close to each other.
    /// </summary>
    private static string Meant(string name, IEnumerable<string> known)
    {
        var plain = name.TrimStart('-');
        var near = known.Where(
            candidate => plain.Length > 1
                && candidate.TrimStart('-') is { Length: > 1 } other
                && (IsSame(other[0], plain[0]) || (plain.Length > ShortName && IsSame(other[^1], plain[^1]))));
        return ClosestName.Of(name, near) is { } closest ? $" (did you mean {closest}?)" : "";
    }

    private static bool IsSame(char one, char other) => char.ToUpperInvariant(one) == char.ToUpperInvariant(other);

    private static string Sentence(ParseResult parsed, ParseError error, string program) => error.SymbolResult switch
    {
        OptionResult { Tokens: [], IdentifierTokenCount: 0 } option =>
            $"`{PathOf(parsed.CommandResult, program)}` needs "
                + $"{option.Option.Name}{(option.Option.HelpName is { } value ? $" {value}" : "")}"
                + $"{(KindOf(option.Option) is { } number ? $": {number}" : "")}.",
        OptionResult { Tokens: [] } option =>
            $"{option.Option.Name} needs a value"
                + $"{((KindOf(option.Option) ?? option.Option.HelpName) is { } kind ? $": {kind}" : "")}.",
        OptionResult { Option.Arity.MaximumNumberOfValues: 1, IdentifierTokenCount: > 1 and var times } option =>
            $"{option.Option.Name} is given {times} times, but is allowed once.",
        OptionResult { Tokens: [var first, ..] given } option
            when option.Option.GetCompletions(CompletionContext.Empty).ToList() is var known =>
            OfValue(
                option.Option.Name,
                KindOf(option.Option),
                (given.FirstOrDefault(token => known.TrueForAll(item => item.Label != token.Value)) ?? first).Value,
                known,
                error),
        ArgumentResult { Parent: OptionResult option, Tokens: [var token, ..] } =>
            OfValue(option.Option.Name, KindOf(option.Option), token.Value, option.Option.GetCompletions(CompletionContext.Empty), error),
        ArgumentResult { Tokens: [var token, ..] } argument when KindOf(argument.Argument.ValueType) is { } wanted =>
            OfValue(argument.Argument.Name, wanted, token.Value, [], error),
        CommandResult { Command.Subcommands.Count: > 0 } command when command.Command.Arguments.Count == 0 =>
            $"`{PathOf(command, program)}` needs a command.",
        _ when Missing(parsed.CommandResult) is { } argument => $"`{PathOf(parsed.CommandResult, program)}` needs {argument}.",
        _ => error.Message,
    };

    private static string? Missing(CommandResult command) => command.Command.Arguments
        .Where(argument => argument.Arity.MinimumNumberOfValues > (command.GetResult(argument)?.Tokens.Count ?? 0))
        .Select(
            static argument => argument.Arity.MinimumNumberOfValues > 1
                ? $"at least {argument.Arity.MinimumNumberOfValues} {argument.Name.ToLowerInvariant()}s"
                : argument.Name)
        .FirstOrDefault();

    private static string OfValue(string name, string? kind, string value, IEnumerable<CompletionItem> known, ParseError error)
    {
        if (kind is not null)
        {
            return $"{name} is '{value}', but must be {kind}.";
        }

        // For a fixed list of values the parser reports each value on its own line.
        return error.Message.Contains('\n', StringComparison.Ordinal)
            ? $"{name} is '{value}', but must be one of {string.Join(", ", known.Select(static item => item.Label))}."
            : error.Message;
    }

    private static string? KindOf(Option option) => option is INumberOption number ? number.Takes : KindOf(option.ValueType);

    private static string? KindOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(int) ? NumberRange.Whole(int.MinValue).Takes
            : plain == typeof(long) ? string.Create(
                CultureInfo.InvariantCulture, $"a whole number from {long.MinValue:#,0} to {long.MaxValue:#,0}")
            : plain == typeof(double) || plain == typeof(decimal) ? "a number"
            : null;
    }
}
