using Spectre.Console;

namespace MedQA.Cli.Terminal;

/// <summary>
/// Writes results to standard output and everything else to standard error, so that results can be piped.
/// </summary>
internal sealed class HostConsole
{
    private const int LeastWidth = 40;
    private const int WidthWithoutTerminal = 100;

    /// <summary>Writes to the process's own streams.</summary>
    public HostConsole()
        : this(Open(Console.Out), Open(Console.Error))
    {
    }

    /// <summary>Writes to given consoles.</summary>
    public HostConsole(IAnsiConsole output, IAnsiConsole notices)
    {
        Output = output;
        Notices = notices;
    }

    /// <summary>Results.</summary>
    public IAnsiConsole Output { get; }

    /// <summary>Progress, notes and faults.</summary>
    public IAnsiConsole Notices { get; }

    /// <summary>Whether only results and faults are written.</summary>
    public bool Quiet { get; init; }

    /// <summary>Writes a note about the progress of the command.</summary>
    public void Note(string text)
    {
        if (!Quiet)
        {
            Say(text);
        }
    }

    /// <summary>Whether somebody is at the terminal who can answer, or act in another one.</summary>
    public bool IsAttended =>
        !Console.IsInputRedirected && Notices.Profile.Out.IsTerminal && Notices.Profile.Capabilities.Interactive;

    /// <summary>Writes the reason why the command ends.</summary>
    public void Fault(string sentence) => Say($"medqa: {sentence}");

    /// <summary>Writes a line of a result without wrapping it.</summary>
    public void Line(string text) => Output.Profile.Out.Writer.WriteLine(text);

    /// <summary>Writes a result, including its line breaks, unchanged.</summary>
    public void Text(string text) => Output.Profile.Out.Writer.Write(text);

    /// <summary>Writes a UTF-8 result of any length, including its line breaks, unchanged.</summary>
    public async Task TextAsync(Stream text, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(text);
        var part = new char[16 * 1024];
        while (await reader.ReadAsync(part, cancellationToken) is > 0 and var length)
        {
            await Output.Profile.Out.Writer.WriteAsync(part.AsMemory(0, length), cancellationToken);
        }
    }

    private void Say(string line)
    {
        try
        {
            Notices.Profile.Out.Writer.WriteLine(line);
        }
        catch (IOException)
        {
            // Notices go to a file on a full disk. There is nowhere left to report that, and the work does not need them.
        }
    }

    private static IAnsiConsole Open(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        return console;
    }
}
