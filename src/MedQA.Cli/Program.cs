using MedQA.Cli.Commands;
using MedQA.Cli.Hosting;

DirectConnections.ExcludeThisMachine();
return await CommandLine.InvokeAsync(args);
