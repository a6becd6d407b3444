using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MedQA.Cli.Commands;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, in a sentence or two.</param>
/// <param name="closing">What its own help ends with.</param>
internal sealed class CommandWithExamples(string name, string description, string closing) : Command(name, description)
{
    /// <summary>What its own help ends with.</summary>
    public string Closing { get; } = closing;

    /// <summary>Makes the help of a command line show the closings.</summary>
    /// <param name="root">The command line.</param>
    /// <param name="closing">What the help of the root ends with.</param>
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
            if ((command is RootCommand ? rootClosing : (command as CommandWithExamples)?.Closing) is { } closing)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(closing);
            }

            return code;
        }
    }
}
