using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MedQA.Cli.Commands;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">Its description, in a sentence or two.</param>
/// <param name="closing">The end of its help.</param>
internal sealed class CommandWithExamples(string name, string description, string closing) : Command(name, description)
{
    /// <summary>The end of its help.</summary>
    public string Closing { get; } = closing;

    /// <summary>Adds the closings to the help of a command line.</summary>
    /// <param name="root">The command line.</param>
    /// <param name="closing">The end of the root command's help.</param>
    public static void Teach(RootCommand root, string closing)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new TeachingHelp((HelpAction)help.Action!, closing);
    }

    private sealed class TeachingHelp(HelpAction help, string rootClosing) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var command = parseResult.CommandResult.Command;
            var settings = parseResult.RootCommandResult.Command.Options
                .Where(static option => option is { Hidden: true, Recursive: true })
                .Select(static option => $"{option.Name} {option.HelpName}")
                .ToList();
            if (settings.Count > 0)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(
                    $"Settings, described in docs/configuration.md:\n{Wrapped(settings)}\n");
            }

            if ((command is RootCommand ? rootClosing : (command as CommandWithExamples)?.Closing) is { } closing)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(closing);
            }

            return code;
        }

        private static string Wrapped(IEnumerable<string> options)
        {
            const int Width = 90;
            var lines = new List<string>();
            foreach (var option in options)
            {
                if (lines is [.., var last] && last.Length + option.Length < Width)
                {
                    lines[^1] = $"{last}, {option}";
                }
                else
                {
                    lines.Add($"  {option}");
                }
            }

            return string.Join(",\n", lines);
        }
    }
}
