using System.CommandLine;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa completion</c>: writes shell completion scripts.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _medqa() {
              local IFS=$'\n'
              COMPREPLY=($(medqa "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
            }
            complete -o default -F _medqa medqa
            """,
        ["zsh"] = """
            _medqa() {
              local -a found
              found=("${(@f)$(medqa "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              [[ -n "$found" ]] && compadd -- $found || _files
            }
            compdef _medqa medqa
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName medqa -ScriptBlock {
              param($word, $line, $cursor)
              medqa "[suggest:$cursor]" "$line" 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or pwsh" };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        var command = new CommandWithExamples("completion", "Write a shell script that completes commands, options and their values.", """
            Examples:
              source <(medqa completion bash)                               for this shell; in ~/.bashrc for all
              source <(medqa completion zsh)
              medqa completion pwsh | Out-String | Invoke-Expression

            The scripts call medqa, which must be on the PATH under this name.
            """) { shell };
        CommandWork.Set(command, (context, parsed, _) =>
        {
            var name = parsed.GetRequiredValue(shell);
            context.Console.Line(
                Scripts.GetValueOrDefault(name)
                    ?? throw new InputException($"No completion script for '{name}', only for {string.Join(", ", Scripts.Keys)}."));
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
