using MedQA.Cli.Commands;

return await CommandLine.InvokeAsync(args);
